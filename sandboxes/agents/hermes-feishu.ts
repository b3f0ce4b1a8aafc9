import { stringify } from "yaml";
import { z } from "zod";
import { flag, integer } from "../../config/schema/fields";
import { hermes } from "../../config/versions";
import { feishuCredentials, feishuDomain, feishuHosts, feishuUser } from "./feishu";
import { agentKind, MANAGED_DIR } from "./kind";

const WORKSPACE = "/mnt/workspace";
const PYTHON = "/opt/hermes/.venv/bin/python";
const HERMES_HOME = `${WORKSPACE}/.hermes`;

const settings = z
    .strictObject({
        domain: feishuDomain,
        /** Anyone who finds the bot may talk to it. In production name people in `allowedUsers` instead. */
        allowAllUsers: flag().default(false),
        allowedUsers: z.array(feishuUser, { error: "a list of Feishu open ids" }).default([]),
        /** Seconds that a command of the agent may take. */
        terminalTimeout: integer(1, 86_400, "seconds").default(180),
        /** Steps that the agent may take for one message. */
        maxTurns: integer(1, 1000, "turns").default(60),
    })
    .refine(({ allowAllUsers, allowedUsers }) => allowAllUsers || allowedUsers.length > 0, {
        path: ["allowedUsers"],
        error: "at least one Feishu open id, or allowAllUsers: true; Hermes answers nobody otherwise",
    })
    .prefault({});

/** Hermes Agent of Nous Research on Feishu, over WebSocket, with a memory that lasts. */
export const hermesFeishu = agentKind<z.output<typeof settings>>({
    kind: "hermes-feishu",
    namespace: "hermes",
    image: hermes.image,
    storageGi: 10,
    resources: { requests: { cpu: "2", memory: "4Gi" }, limits: { cpu: "2", memory: "4Gi" } },
    settings,
    // Feishu's client comes from PyPI: the image has none.
    egressHosts: ({ domain }) => [...feishuHosts(domain), "pypi.org", "files.pythonhosted.org"],
    secrets: () => feishuCredentials,
    build: ({
        settings: { domain, allowAllUsers, allowedUsers, terminalTimeout, maxTurns },
        gatewayUrl,
        apiKey,
        model,
    }) => ({
        command: ["/opt/hermes/.venv/bin/hermes", "gateway", "run"],
        env: {
            HOME: WORKSPACE,
            HERMES_HOME,
            HERMES_MANAGED_DIR: MANAGED_DIR,
            // The image points both below /opt/data, which is another user's.
            HERMES_LAZY_INSTALL_TARGET: `${HERMES_HOME}/lazy-packages`,
            HERMES_WRITE_SAFE_ROOT: WORKSPACE,
            FEISHU_DOMAIN: domain,
            FEISHU_CONNECTION_MODE: "websocket",
            GATEWAY_ALLOW_ALL_USERS: String(allowAllUsers),
            ...(allowedUsers.length > 0 ? { FEISHU_ALLOWED_USERS: allowedUsers.join(",") } : {}),
        },
        // Hermes would install it by itself, and go on without Feishu when it can't.
        setup: `exec ${PYTHON} -c "from tools.lazy_deps import ensure; ensure('platform.feishu', prompt=False)"`,
        files: {
            "config.yaml": stringify({
                terminal: { backend: "local", cwd: WORKSPACE, timeout: terminalTimeout },
                agent: { max_turns: maxTurns },
                memory: { memory_enabled: true, user_profile_enabled: true },
                display: { streaming: true },
            }),
        },
        managed: {
            // Wins over the file of that name in HERMES_HOME, key by key.
            "config.yaml": stringify({
                model: {
                    default: model.name,
                    provider: "custom",
                    base_url: `${gatewayUrl}/v1`,
                    // Without one Hermes would take a key for a provider of its own.
                    api_key: apiKey,
                    context_length: model.contextWindow,
                    max_tokens: model.maxTokens,
                },
            }),
        },
        mountPath: WORKSPACE,
        stateDir: HERMES_HOME,
        ports: {},
    }),
});
