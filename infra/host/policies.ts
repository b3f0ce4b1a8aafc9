import { policyDocument, type PolicyDocument } from "../policies";

/**
 * What SSM's agent calls, for sessions, port forwards and the set-up's document. AWS's own
 * AmazonSSMManagedInstanceCore is not used: it may read every parameter of the account. These actions know no resource.
 */
export function sessionManagerPolicy(): PolicyDocument {
    return policyDocument({
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
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
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
