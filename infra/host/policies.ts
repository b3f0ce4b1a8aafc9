import { policyDocument, sessionManagerPolicy, type PolicyDocument } from "../policies";

/** What SSM's agent calls: for sessions and port forwards, and to run the set-up's document. These know no resource. */
export function agentPolicy(): PolicyDocument {
    return policyDocument(...sessionManagerPolicy().Statement, {
        Sid: "SystemsManagerAgent",
        Effect: "Allow",
        Action: [
            "ssm:DescribeAssociation",
            "ssm:DescribeDocument",
            "ssm:GetDeployablePatchSnapshotForInstance",
            "ssm:GetDocument",
            "ssm:GetManifest",
            "ssm:ListAssociations",
            "ssm:ListInstanceAssociations",
            "ssm:PutComplianceItems",
            "ssm:PutConfigurePackageResult",
            "ssm:PutInventory",
            "ssm:UpdateAssociationStatus",
            "ssm:UpdateInstanceAssociationStatus",
            "ec2messages:AcknowledgeMessage",
            "ec2messages:DeleteMessage",
            "ec2messages:FailMessage",
            "ec2messages:GetEndpoint",
            "ec2messages:GetMessages",
            "ec2messages:SendReply",
        ],
        Resource: "*",
    });
}

/** The host reads its own secrets and writes its own state. */
export function parameterPolicy(secretArns: readonly string[], stateArn: string): PolicyDocument {
    return policyDocument(
        { Sid: "ReadOwnSecrets", Effect: "Allow", Action: "ssm:GetParameters", Resource: secretArns },
        { Sid: "ReportOwnState", Effect: "Allow", Action: "ssm:PutParameter", Resource: stateArn },
    );
}
