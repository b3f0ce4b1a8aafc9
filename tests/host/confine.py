"""
Runs a program under the rules of a policy and a profile of OpenShell's, with sandlock: Landlock for files, a seccomp
filter for system calls, seccomp notification and a proxy for the network. These are the kernel's means that OpenShell
uses, too; the runner, its filter and its proxy are not OpenShell's.

Usage: confine.py POLICY PROFILE SANDBOX_FOLDER READABLE... -- COMMAND...
"""
import os
import sys

import yaml
from sandlock import Sandbox

split = sys.argv.index("--")
policy_file, profile_file, folder, *extra = sys.argv[1:split]
policy = yaml.safe_load(open(policy_file))
profile = yaml.safe_load(open(profile_file))
files = policy["filesystem_policy"]


def here(path):
    return folder if path == "/sandbox" else path


sandbox = Sandbox(
    fs_readable=[path for path in [*files["read_only"], *extra] if os.path.exists(path)],
    fs_writable=[here(path) for path in files["read_write"]],
    http_allow=[
        f"{rule['allow']['method']} {endpoint['host']}{rule['allow']['path']}"
        for endpoint in profile["endpoints"]
        for rule in endpoint["rules"]
    ],
    http_ports=sorted({endpoint["port"] for endpoint in profile["endpoints"]}),
    cwd=folder,
    clean_env=True,
    env={"PATH": "/usr/bin:/bin", "HOME": folder, "LITELLM_API_KEY": "openshell:resolve:env:LITELLM_API_KEY"},
)
result = sandbox.run(sys.argv[split + 1:], timeout=120)
sys.stdout.write(result.stdout.decode())
sys.stderr.write(result.stderr.decode())
sys.exit(0 if result.success else 1)
