import { join } from "node:path";
import type { GatewayConfig } from "../../../config";
import type { AgentInput, AgentWorkload } from "../../../sandboxes/agents";
import { agentKinds } from "../../../sandboxes";
import { LITELLM_NAMESPACE, LITELLM_PORT } from "../../../workloads/litellm/manifests";
import { installedHermes, installedNode, installedOpenclaw, pythonOf } from "./agent-packages";
import type { AgentImage } from "./pod";
import { gatewayConfig } from "./gateway-config";

/** LiteLLM's URL in the cluster, which agents' configs hold. */
export const GATEWAY_URL = `http://litellm.${LITELLM_NAMESPACE}.svc.cluster.local:${LITELLM_PORT}`;

/** What the program generates for an agent of this kind. */
export function workloadOf(
    kind: string,
    settings: object = {},
    [model]: GatewayConfig["models"] = gatewayConfig.models,
    // No inference proxy stands between: the agent brings its key itself.
    access: Pick<AgentInput<unknown>, "gatewayUrl" | "apiKey"> = {
        gatewayUrl: GATEWAY_URL,
        apiKey: "${LITELLM_API_KEY}",
    },
): AgentWorkload {
    const agent = agentKinds[kind];
    if (!agent || !model) throw new Error(`no agent kind ${kind}`);
    return agent.build({
        name: "agent",
        settings: agent.settings.parse(settings),
        model,
        ...access,
    });
}

/** OpenClaw's image: its program in /app, and Node.js. */
export async function openclawImage(): Promise<AgentImage> {
    const { folder, node } = await installedOpenclaw();
    return {
        folders: { "/opt/openclaw/node_modules": join(folder, "node_modules") },
        links: { "/app": "/opt/openclaw/node_modules/openclaw" },
        node,
        env: {},
    };
}

/** Hermes' image: its virtual environment in /opt/hermes/.venv, and the Python that it was made with. */
export async function hermesImage(): Promise<AgentImage> {
    const [environment, node] = [await installedHermes(), await installedNode()];
    const python = await pythonOf(environment);
    return {
        // Its programs name the place where they were installed.
        folders: { [environment]: environment, ...(python.startsWith("/usr/") ? {} : { [python]: python }) },
        links: { "/opt/hermes/.venv": environment },
        node,
        env: {},
    };
}
