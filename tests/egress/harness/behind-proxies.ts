import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { lookup } from "node:dns/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackConfig } from "../../../config";
import { agentKinds, proxiedAgents } from "../../../sandboxes";
import { NO_KEY } from "../../../sandboxes/agents";
import { egressBootstrap, egressListeners, type EgressOptions } from "../../../workloads/egress-proxy/config";
import { inferenceBootstrap, inferenceListeners } from "../../../workloads/inference-proxy/config";
import { nonPublicRanges } from "../../../workloads/non-public-ranges";
import { newKey, wantedKey, wantedMetricsKey, type Gateway } from "../../gateway/harness";
import { workloadOf } from "../../gateway/harness/agents";
import { Pod, type AgentImage } from "../../gateway/harness/pod";
import { OPUS } from "../../gateway/harness/shared";
import { freePorts } from "../../harness/process";
import { TestProxy } from "./envoy";
import { NameServer } from "./name-server";
import type { Certificate } from "./tls";

export interface AgentOptions {
    readonly gateway: Gateway;
    readonly kind: string;
    readonly settings: object;
    readonly secrets: Readonly<Record<string, string>>;
    readonly image: AgentImage;
    /** Hosts that are the internet's own; the egress proxy finds them as this machine does. */
    readonly realHosts: readonly string[];
    /** All other hosts that have a name: where they stand in, and the certificate by which the agent knows them. */
    readonly standIn: { readonly names: RegExp; readonly address: string; readonly tls: Certificate };
}

/** The agent as the proxies know it, from a stack's config. */
function proxiedAgent(kind: string, settings: object) {
    const sandbox = {
        name: "agent",
        agent: kind,
        settings: agentKinds[kind]?.settings.parse(settings),
        allowedHosts: [],
    };
    const [agent] = proxiedAgents({ sandboxes: [sandbox], warmPools: [] } as unknown as StackConfig);
    if (!agent) throw new Error("the stack has no agent");
    return agent;
}

/** An agent's pod, both proxies with the configs that ship, and a name server for the egress proxy. */
export class AgentBehindProxies {
    /** The agent's virtual key. */
    readonly key = newKey();
    inference!: TestProxy;
    egress!: TestProxy;
    pod!: Pod;
    names!: NameServer;

    private constructor(
        private readonly options: AgentOptions,
        /** Where all of its files are. */
        readonly folder: string,
    ) {}

    static async start(options: AgentOptions): Promise<AgentBehindProxies> {
        const agent = new AgentBehindProxies(options, await mkdtemp(join(tmpdir(), "clawstack-agents-")));
        try {
            await agent.run();
        } catch (error) {
            await agent.stop();
            throw error;
        }
        return agent;
    }

    async stop(): Promise<void> {
        await this.pod?.stop();
        await this.egress?.stop();
        await this.inference?.stop();
        await this.names?.stop();
        await rm(this.folder, { recursive: true, force: true });
    }

    /** The egress proxy's log of a tunnel; it is written when the tunnel closes. */
    tunnelTo(host: string): Promise<Record<string, unknown>> {
        return this.egress.logged((line) => line["host"] === `${host}:443`);
    }

    private async run(): Promise<void> {
        const { gateway, kind, settings, secrets, image, standIn } = this.options;
        const agent = proxiedAgent(kind, settings);
        await gateway.register([wantedKey(kind, [OPUS], {}, this.key), wantedMetricsKey()]);
        this.names = await this.nameServer();
        const [inferencePort = 0, egressPort = 0] = await freePorts(2);
        const upstream = { host: "127.0.0.1", port: Number(new URL(gateway.url).port) };
        this.inference = await TestProxy.start(join(this.folder, "inference"), (place) => ({
            bootstrap: inferenceBootstrap({ ...place, upstream }),
            listeners: inferenceListeners([{ ...agent, port: inferencePort, key: this.key }], place),
        }));
        this.egress = await TestProxy.start(join(this.folder, "egress"), (place) => {
            const options: EgressOptions = {
                ...place,
                refusedRanges: nonPublicRanges.filter((range) => range !== "127.0.0.0/8"),
                nameServer: { address: "127.0.0.1", port: this.names.port },
            };
            const listeners = egressListeners([{ ...agent, port: egressPort }], options);
            return { bootstrap: egressBootstrap(options), listeners };
        });
        const gatewayUrl = `http://inference-proxy.litellm.svc.cluster.local:${agent.port}`;
        this.pod = await Pod.start({
            workload: workloadOf(kind, settings, undefined, { gatewayUrl, apiKey: NO_KEY }),
            image: await this.trusting(image, standIn.tls),
            secrets,
            gateway: { url: gatewayUrl, port: String(inferencePort) },
            egressPort: String(egressPort),
            volume: join(this.folder, "volume"),
            folder: this.folder,
        });
    }

    private async nameServer(): Promise<NameServer> {
        const { realHosts, standIn } = this.options;
        const real = new Map<string, string>();
        for (const host of realHosts) real.set(host, (await lookup(host, 4)).address);
        const names = new NameServer(
            (name) => real.get(name) ?? (standIn.names.test(name) ? standIn.address : undefined),
        );
        await names.start();
        return names;
    }

    /** The image, with what this machine trusts and the stand-in's authority as what Node.js and Python trust. */
    private async trusting(image: AgentImage, { ca }: Certificate): Promise<AgentImage> {
        const trusted = join(this.folder, "trusted");
        await mkdir(trusted);
        const others = process.env["NODE_EXTRA_CA_CERTS"] ?? "/etc/ssl/certs/ca-certificates.crt";
        await writeFile(join(trusted, "bundle.crt"), (await readFile(others, "utf8")) + ca);
        const bundle = "/opt/trusted/bundle.crt";
        const env = Object.fromEntries(
            ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT"].map((name) => [name, bundle]),
        );
        return { ...image, folders: { ...image.folders, "/opt/trusted": trusted }, env: { ...image.env, ...env } };
    }
}
