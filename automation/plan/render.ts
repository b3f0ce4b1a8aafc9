import { createColors } from "picocolors";
import type { AgentCost, CostEstimate, CostItem, Plan } from "./model";
import { resourceCounts, resourceTree } from "./tree";

export interface RenderOptions {
    readonly colors: boolean;
    /** Folder that the files were written to, as the reader would type it. */
    readonly folder: string;
}

const usd = (amount: number) => amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function table(items: readonly CostItem[], dim: (text: string) => string): string[] {
    const width = Math.max(...items.map(({ name }) => name.length));
    return items.map(
        ({ name, monthly, detail }) => `  ${name.padEnd(width)}  ${usd(monthly).padStart(10)}  ${dim(detail)}`,
    );
}

/** Each agent's part; agents that are alike are one line. */
function agentLines({ agents }: CostEstimate): string[] {
    const groups = new Map<string, AgentCost[]>();
    for (const each of agents) {
        const { name: _name, ...figures } = each;
        const key = JSON.stringify(figures);
        groups.set(key, [...(groups.get(key) ?? []), each]);
    }
    const rows = [...groups.values()].map((group) => {
        const [first] = group;
        const names =
            group.length > 3 ? `${first?.name} and ${group.length - 1} more` : group.map(({ name }) => name).join(", ");
        const figures = [first?.compute, first?.volume, first?.modelsAtMost].map((amount) => usd(amount ?? 0));
        return [group.length > 1 ? `${names} (each)` : names, ...figures];
    });
    const table = [["agent", "its nodes", "its volume", "models at most"], ...rows];
    const width = Math.max(...table.map(([name = ""]) => name.length));
    return table.map(
        ([name = "", ...cells]) => `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(16)).join("")}`,
    );
}

/** Where to look first in the folder of the plan. */
function fileSummary(plan: Plan): string[] {
    const kinds: Record<string, string> = {
        manifests: "Kubernetes objects, by namespace",
        helm: "values of the Helm releases",
        agents: "config files of the agents",
        config: "other config files, LiteLLM's among them",
        dashboards: "Grafana dashboards",
        host: "user data of the EC2 host, and the files that it makes there",
    };
    return Object.entries(kinds).flatMap(([folder, what]) => {
        const count = plan.files.filter(({ path }) => path.startsWith(`${folder}/`)).length;
        return count > 0
            ? [`  ${`${folder}/`.padEnd(12)} ${String(count).padStart(5)} ${count === 1 ? "file " : "files"}  ${what}`]
            : [];
    });
}

/** The plan for a reader at a terminal, or for a log. */
export function renderPlan(plan: Plan, { colors, folder }: RenderOptions): string {
    const { bold, dim, cyan, green, red, yellow } = createColors(colors);
    const { cost, findings, missing, outputs, resources, stack } = plan;
    const errors = findings.filter(({ severity }) => severity === "error");
    const lines: string[] = [
        bold(`Plan of stack ${stack}`),
        dim("What `pulumi up` would create in an empty account. Nothing was contacted or changed."),
        dim("<...> is known after apply, 123456789012 stands for your account, [secret] for every secret."),
        "",
        bold("Resources"),
        ...resourceTree(resources, dim),
        "",
        resourceCounts(resources),
        "",
        bold(`Files in ${folder}`),
        ...fileSummary(plan),
        "",
        bold(`Policies: ${plural(errors.length, "error")}, ${plural(findings.length - errors.length, "warning")}`),
        ...findings.map(
            ({ severity, rule, resource, message }) =>
                `  ${severity === "error" ? red("error") : yellow("warning")} ${rule}: ${resource}: ${message}`,
        ),
        "",
        bold(`Cost: about ${usd(cost.monthly)} USD a month`) +
            dim(` (prices of ${cost.prices.date}, ${cost.prices.region})`),
        ...table(cost.items, dim),
        ...(cost.models.length > 0
            ? [
                  "",
                  `By agent. Models come on top: at most ${usd(cost.modelsMonthly)} USD a month, where the budgets of their keys stop them`,
                  ...agentLines(cost),
              ]
            : []),
        "",
        ...cost.assumptions.map((assumption) => dim(`  - ${assumption}`)),
        "",
        bold(`Stack outputs: ${outputs.length}`),
        ...(outputs.length > 0 ? [`  ${outputs.join(", ")}`] : []),
        "",
        missing.length > 0
            ? bold(`Missing secrets: ${missing.length}; each command asks for the value`)
            : green("No secret is missing."),
        ...missing.map(({ command }) => `  ${cyan(command)}`),
        "",
        errors.length > 0
            ? red(`Not ready: ${plural(errors.length, "policy error")} above.`)
            : missing.length > 0
              ? `Next: set the secrets, then run ${cyan(`pulumi up --stack ${stack}`)}.`
              : `Next: run ${cyan(`pulumi up --stack ${stack}`)}.`,
    ];
    return `${lines.join("\n")}\n`;
}
