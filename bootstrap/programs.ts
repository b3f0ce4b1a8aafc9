/* Small programs of the host, run by the system's own Python with boto3 from the distribution. */

export interface ParametersInput {
    readonly region: string;
    /** Prefix of the host's parameters: `/clawstack/<name>`. */
    readonly prefix: string;
    readonly folder: string;
    /** Environment files, and the parameters that each is made of: variable to parameter. */
    readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Fetches the secrets and writes them to memory, each file for its own reader. */
export function secretsProgram({ region, prefix, folder, files }: ParametersInput): string {
    return `#!/usr/bin/python3
"""Secrets of this host: from Parameter Store to memory."""
import json, os
import boto3

FILES = json.loads('''${JSON.stringify(files)}''')
ssm = boto3.client("ssm", region_name="${region}")
names = sorted({name for variables in FILES.values() for name in variables.values()})
values = {}
for start in range(0, len(names), 10):
    page = ssm.get_parameters(Names=["${prefix}/" + n for n in names[start:start + 10]], WithDecryption=True)
    values.update({p["Name"].rsplit("/", 1)[1]: p["Value"] for p in page["Parameters"]})
missing = [n for n in names if n not in values]
if missing:
    raise SystemExit("no such parameter: " + ", ".join("${prefix}/" + n for n in missing))
os.makedirs("${folder}", mode=0o700, exist_ok=True)
for file, variables in FILES.items():
    lines = []
    for variable, name in variables.items():
        if "'" in values[name] or "\\n" in values[name]:
            raise SystemExit(name + " holds a quote or a line break, which an environment file can't carry")
        lines.append(variable + "='" + values[name] + "'\\n")
    target = os.path.join("${folder}", file)
    with open(os.open(target + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.writelines(lines)
    os.replace(target + ".new", target)
`;
}

/** Reports the final state, where `pulumi up` reads it. */
export function reportProgram(region: string, parameter: string): string {
    return `#!/usr/bin/python3
"""Reports the state of the set-up."""
import sys
import boto3

boto3.client("ssm", region_name="${region}").put_parameter(
    Name="${parameter}", Value=sys.argv[1], Type="String", Overwrite=True)
`;
}
