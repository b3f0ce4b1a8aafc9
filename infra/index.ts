export { EksCluster } from "./cluster";
export { PodIdentity } from "./identity";
export { Karpenter } from "./karpenter";
export { KATA_LABEL, KATA_STARTUP_TAINT, KATA_TAINT } from "./karpenter/kata-node";
export { Network } from "./network";
export { policyDocument, type PolicyDocument, type Statement } from "./policies";
export { awsProvider } from "./provider";
export { resolveSecret } from "./secrets";
export { DEFAULT_STORAGE_CLASS, StorageClasses } from "./storage";
