import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { LITELLM_NAMESPACE, serviceMonitorSpec } from "../../../workloads/litellm/manifests";
import { Daemon, freePorts } from "../../harness/process";

/** A series, or a point of one. */
export interface Sample {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [number, string];
}

/** Prometheus (Debian's package), scraping LiteLLM as the ServiceMonitor says, but every two seconds. */
export class Prometheus {
    private constructor(
        private readonly server: Daemon,
        private readonly port: number,
    ) {}

    /** @param targets `host:port` of each replica. */
    static async start(folder: string, targets: readonly string[], metricsKey: string): Promise<Prometheus> {
        const data = await mkdtemp(join(folder, "prometheus-"));
        const [port] = (await freePorts(1)) as [number];
        const [endpoint] = serviceMonitorSpec().endpoints;
        if (!endpoint) throw new Error("the ServiceMonitor has no endpoint");
        const config = {
            global: { scrape_interval: "2s", scrape_timeout: "2s" },
            scrape_configs: [
                {
                    job_name: "litellm",
                    metrics_path: endpoint.path,
                    authorization: { credentials: metricsKey },
                    static_configs: targets.map((target, index) => ({
                        targets: [target],
                        // What the operator adds to the targets of a ServiceMonitor.
                        labels: {
                            namespace: LITELLM_NAMESPACE,
                            service: "litellm",
                            pod: `litellm-${index}`,
                            endpoint: endpoint.port,
                        },
                    })),
                },
            ],
        };
        const file = join(data, "prometheus.yml");
        await writeFile(file, stringify(config));
        const server = Daemon.start(
            "prometheus",
            "prometheus",
            [
                `--config.file=${file}`,
                `--storage.tsdb.path=${join(data, "tsdb")}`,
                `--web.listen-address=127.0.0.1:${port}`,
            ],
            join(data, "prometheus.log"),
        );
        const prometheus = new Prometheus(server, port);
        await server.ready(async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok);
        return prometheus;
    }

    /** An instant query; Prometheus' own error when it is refused. */
    async query(expr: string): Promise<Sample[]> {
        const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/query`, {
            method: "POST",
            body: new URLSearchParams({ query: expr }),
        });
        const answer = (await response.json()) as { data?: { result: Sample[] }; error?: string };
        if (!answer.data) throw new Error(`${expr}: ${answer.error}`);
        return answer.data.result;
    }

    stop(): Promise<void> {
        return this.server.stop();
    }
}
