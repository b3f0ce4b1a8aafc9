export type { AgentKindSpec, AgentKindSpecs, AgentSecretSpec } from "./agent-kind";
export { ConfigError, type ConfigIssue } from "./errors";
export { checkConfig, configFrom, loadConfig, planSecrets, type LoadedConfig, type PlannedConfig } from "./load";
export { settingsToValues, type StackSettings } from "./settings";
export { findStackFile, readStackFile, stackNameOf, type StackFile } from "./stack-file";
export type * from "./types";
