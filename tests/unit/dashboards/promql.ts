import { parser } from "@prometheus-io/lezer-promql";

/** Grafana fills these in before Prometheus sees an expression. */
const variables: Readonly<Record<string, string>> = { $__rate_interval: "5m", $__range: "6h" };

/** Problems of a PromQL expression, by Prometheus' own grammar for editors. */
export function promqlProblems(expression: string): string[] {
    const text = Object.entries(variables).reduce((all, [name, value]) => all.replaceAll(name, value), expression);
    const problems: string[] = [];
    parser.parse(text).iterate({
        enter: (node) => {
            if (node.type.isError)
                problems.push(`at ${node.from}: ${text.slice(Math.max(0, node.from - 20), node.to + 20)}`);
        },
    });
    return problems;
}

/** Names of the metrics that an expression reads. */
export function metricsOf(expression: string): string[] {
    const text = Object.entries(variables).reduce((all, [name, value]) => all.replaceAll(name, value), expression);
    const names = new Set<string>();
    parser.parse(text).iterate({
        enter: (node) => {
            if (node.name === "VectorSelector" && node.node.firstChild?.name === "Identifier") {
                names.add(text.slice(node.node.firstChild.from, node.node.firstChild.to));
            }
        },
    });
    return [...names];
}
