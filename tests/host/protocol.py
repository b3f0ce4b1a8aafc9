"""Reads a policy and profiles strictly into the message types of OpenShell's own protocol (PyPI openshell)."""
import sys

import yaml
from google.protobuf import json_format
from openshell._proto import openshell_pb2, sandbox_pb2

ENUMS = {"enforcement": "NETWORK_ENFORCEMENT_MODE_", "access": "NETWORK_ACCESS_PRESET_"}


def endpoint(fields):
    return {k: ENUMS[k] + v.upper().replace("-", "_") if k in ENUMS else v for k, v in fields.items()}


def policy(document):
    document = dict(document)
    document["filesystem"] = document.pop("filesystem_policy")
    document["network_policies"] = {
        name: {**rule, "endpoints": [endpoint(e) for e in rule["endpoints"]]}
        for name, rule in document["network_policies"].items()
    }
    return json_format.ParseDict(document, sandbox_pb2.SandboxPolicy())


def profile(document):
    document = dict(document)
    document["category"] = "PROVIDER_PROFILE_CATEGORY_" + document["category"].upper()
    document["endpoints"] = [endpoint(e) for e in document["endpoints"]]
    document["binaries"] = [{"path": path} for path in document["binaries"]]
    return json_format.ParseDict(document, openshell_pb2.ProviderProfile())


read = {"policy": policy, "profile": profile}[sys.argv[1]]
print(json_format.MessageToJson(read(yaml.safe_load(sys.stdin))))
