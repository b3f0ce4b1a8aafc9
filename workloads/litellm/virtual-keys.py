"""Brings LiteLLM's virtual keys to the state that the stack declares.

Runs any number of times: creates keys that are missing, updates those that differ, deletes those of sandboxes that are
gone. A rotated key goes on for some minutes beside the new one, so that an agent that still holds it ends its turn.
Only keys that carry this stack's mark are ever touched. Prints names, never keys.
"""

import datetime
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ["LITELLM_URL"].rstrip("/")
MASTER_KEY = os.environ["LITELLM_MASTER_KEY"]
MANAGED_BY = "clawstack"
DEADLINE_SECONDS = int(os.environ.get("DEADLINE_SECONDS", "300"))
# What is compared between the stack and LiteLLM; `duration` counts from creation and is not read back.
COMPARED = ("models", "max_budget", "budget_duration", "rpm_limit", "tpm_limit", "allowed_routes")


def call(method, path, body=None):
    request = urllib.request.Request(
        URL + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + MASTER_KEY, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read() or b"{}")


def wait_until_ready():
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(URL + "/health/readiness", timeout=10):
                return
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > deadline:
                sys.exit(f"LiteLLM at {URL} is not ready after {DEADLINE_SECONDS} s: {error}")
            time.sleep(3)


def managed_keys():
    """Keys that this stack made, by alias."""
    found, page = {}, 1
    while True:
        query = urllib.parse.urlencode({"return_full_object": "true", "size": 100, "page": page})
        answer = call("GET", "/key/list?" + query)
        for key in answer.get("keys", []):
            if isinstance(key, dict) and (key.get("metadata") or {}).get("managed_by") == MANAGED_BY:
                found[key["key_alias"]] = key
        if page >= int(answer.get("total_pages") or 1):
            return found
        page += 1


def token_of(key):
    """LiteLLM keeps and lists a key as its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()


def fields(wanted):
    return {name: wanted.get(name) for name in COMPARED}


def differs(wanted, existing):
    if (existing.get("metadata") or {}).get("revision") != wanted["metadata"]["revision"]:
        return True
    return any(wanted.get(name) != existing.get(name) for name in COMPARED)


def delete(key):
    call("POST", "/key/delete", {"keys": [key["token"]]})


def retire(key, minutes):
    """The old key ends by itself. It gives up its alias, which is unique in LiteLLM, to the new one."""
    if minutes == 0:
        delete(key)
        return
    alias = key["key_alias"]
    body = {
        "key": key["token"],
        "key_alias": f"{alias}:retired:{key['token'][:8]}",
        "duration": f"{minutes}m",
        "metadata": {**key["metadata"], "retired_from": alias},
    }
    call("POST", "/key/update", body)


def retired_from(key):
    return (key.get("metadata") or {}).get("retired_from")


def expired(key):
    expires = datetime.datetime.fromisoformat(str(key["expires"]).replace("Z", "+00:00"))
    if expires.tzinfo is None:
        expires = expires.replace(tzinfo=datetime.timezone.utc)
    return expires <= datetime.datetime.now(datetime.timezone.utc)


def apply(wanted, existing):
    alias = wanted["key_alias"]
    overlap = wanted.get("overlap_minutes", 0)
    wanted = {name: value for name, value in wanted.items() if name != "overlap_minutes"}
    verb = "created"
    if existing and existing["token"] != token_of(wanted["key"]):
        retire(existing, overlap)
        existing, verb = None, "rotated"
    if existing is None:
        call("POST", "/key/generate", wanted)
        return verb
    if differs(wanted, existing):
        body = {"key": wanted["key"], "key_alias": alias, "metadata": wanted["metadata"], **fields(wanted)}
        if (existing.get("metadata") or {}).get("expires_in") != wanted["metadata"]["expires_in"]:
            # A life span counts from now; sent with every change, it would renew the key each time.
            body["duration"] = wanted["duration"]
        call("POST", "/key/update", body)
        return "updated"
    return "unchanged"


def main():
    with open(os.environ.get("KEYS_FILE", "/keys/keys.json"), encoding="utf-8") as file:
        wanted = json.load(file)
    wait_until_ready()
    existing = managed_keys()
    failures = 0
    for key in wanted:
        alias = key["key_alias"]
        try:
            print(f"{alias}: {apply(key, existing.get(alias))}", flush=True)
        except urllib.error.HTTPError as error:
            failures += 1
            reason = error.read().decode(errors="replace").replace(key["key"], "[key]")
            print(f"{alias}: HTTP {error.code} {reason[:500]}", file=sys.stderr, flush=True)
    aliases = {key["key_alias"] for key in wanted}
    for alias in sorted(set(existing) - aliases):
        key = existing[alias]
        if retired_from(key) in aliases and not expired(key):
            continue
        delete(key)
        print(f"{alias}: deleted", flush=True)
    if failures:
        sys.exit(f"{failures} of {len(wanted)} keys could not be registered")


if __name__ == "__main__":
    main()
