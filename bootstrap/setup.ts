import { paths } from "./layout";
import type { Step } from "./steps";

const functionName = (step: Step) => `step_${step.name.replaceAll("-", "_")}`;

/**
 * The set-up as one script: `setup` runs every step, `setup NAME...` those. It can run at any time, and one run waits
 * for another. It ends with a state that the host keeps and reports: `ready`, or `failed <step>` with the step's last
 * words.
 */
export function setupScript(steps: readonly Step[]): string {
    const functions = steps.map((step) => `${functionName(step)}() {\n${step.script}\n}\n`);
    return `#!/usr/bin/env bash
# Sets up this host. Log: ${paths.log}
set -Eeuo pipefail
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
umask 022

${functions.join("\n")}
finish() {
    printf '%s\\n' "$1" >${paths.state}
    ${paths.programs}/report "$1" || echo "the state could not be reported"
    echo "$(date -u +%FT%TZ) state: $1"
}

mkdir -p ${paths.secrets}
chmod 0700 ${paths.secrets}
exec 9>/run/clawstack.lock
flock 9
exec > >(tee -a ${paths.log}) 2>&1
rm -f ${paths.state}
if [ $# -eq 0 ]; then set -- ${steps.map(({ name }) => name).join(" ")}; fi
for step in "$@"; do
    echo "$(date -u +%FT%TZ) step $step"
    words=$(mktemp)
    # A subshell of its own: what a step sets ends with it, and set -e holds in it, as it would not in a condition.
    set +e
    (set -Eeuo pipefail; trap 'echo "failed: $BASH_COMMAND"' ERR; "step_\${step//-/_}") 2>&1 9>&- | tee "$words"
    status=\${PIPESTATUS[0]}
    set -e
    if [ $status -ne 0 ]; then
        finish "failed $step: $(tail -n 1 "$words" | tr -cd '[:print:]' | cut -c1-300)"
        exit 1
    fi
    rm -f "$words"
done
finish ready
`;
}
