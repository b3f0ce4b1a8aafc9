import { loadConfig } from "./config";
import { host } from "./programs/host";
import { platform } from "./programs/platform";
import { agentKinds } from "./sandboxes";

/** The program that `pulumi up` runs: many agents on Amazon EKS, or one agent on one EC2 host. */
export = () => {
    const loaded = loadConfig(agentKinds);
    return loaded.config.target === "host" ? host(loaded) : platform(loaded);
};
