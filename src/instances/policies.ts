import type { PolicyDocument, PolicyStatement } from "../aws/iam.ts";
import { tagKeys } from "../tags.ts";

/** Where the role's resources are. */
export interface PolicyScope {
  /** aws · aws-cn · aws-us-gov */
  partition: string;
  accountId: string;
}

/** Names of the role's inline policies; each is written whole, so that one command cannot undo another's. */
export const policyNames = {
  /** What the agent does with EC2. */
  instance: "runctl-instance",
  /** One per region: its staging bucket. */
  staging: (region: string) => `runctl-staging-${region}`,
  /** The buckets and keys that the user named. */
  data: "runctl-data",
} as const;

/** Who may take the role: EC2, for an instance that was launched with it. */
export const trustPolicy: PolicyDocument = policy({
  Sid: "TakenByInstances",
  Effect: "Allow",
  Principal: { Service: "ec2.amazonaws.com" },
  Action: "sts:AssumeRole",
});

const agentTags = [
  tagKeys.progress,
  tagKeys.state,
  tagKeys.message,
  tagKeys.manifest,
  tagKeys.usedBy,
  tagKeys.lastUsed,
  tagKeys.reply,
  tagKeys.exitCode,
];
const agentRemoves = [tagKeys.blank, tagKeys.manifest, tagKeys.usedBy];

/**
 * What the agent may do in EC2: look; attach and detach the volumes that are meant for it, to and from its own
 * instance; report by tags. It can neither launch nor terminate nor delete.
 *
 * Actions, resource types and condition keys: "Actions, resources, and condition keys for Amazon EC2" (service
 * authorization reference). AttachVolume and DetachVolume ask for the volume and for the instance.
 */
export function instancePolicy({ partition, accountId }: PolicyScope): PolicyDocument {
  const ec2 = `arn:${partition}:ec2:*:${accountId}`;
  const volumes = `${ec2}:volume/*`;
  const instances = `${ec2}:instance/*`;
  const meantForInstances = {
    StringEquals: { [`aws:ResourceTag/${tagKeys.access}`]: "true" },
  };
  // The instance that asks is the instance that is asked about.
  const itself = {
    ArnEquals: { "ec2:SourceInstanceARN": `${ec2}:instance/\${ec2:InstanceID}` },
  };
  return policy(
    {
      Sid: "Look",
      Effect: "Allow",
      // Not ec2:Describe*: that would show the user data of other instances.
      Action: ["ec2:DescribeVolumes", "ec2:DescribeInstances"],
      Resource: "*",
    },
    {
      Sid: "MoveVolumesMeantForInstances",
      Effect: "Allow",
      Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
      Resource: volumes,
      Condition: meantForInstances,
    },
    {
      Sid: "MoveVolumesToAndFromItself",
      Effect: "Allow",
      Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
      Resource: instances,
      Condition: itself,
    },
    {
      Sid: "ReportOnVolumes",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: volumes,
      Condition: { ...meantForInstances, ...onlyKeys(agentTags) },
    },
    {
      Sid: "ReportOnItself",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: instances,
      Condition: { ...itself, ...onlyKeys(agentTags) },
    },
    {
      Sid: "TakeReportsBack",
      Effect: "Allow",
      Action: "ec2:DeleteTags",
      Resource: volumes,
      Condition: { ...meantForInstances, ...onlyKeys(agentRemoves) },
    },
  );
}

/** What the agent may do in the staging bucket: fetch what it boots from, write logs and leases. */
export function stagingPolicy({ partition }: PolicyScope, bucket: string): PolicyDocument {
  const under = (...prefixes: string[]) =>
    prefixes.map((prefix) => `arn:${partition}:s3:::${bucket}/${prefix}/*`);
  return policy(
    {
      Sid: "FetchWhatItBootsFrom",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: under("agent", "runtime", "code", "specs"),
    },
    {
      Sid: "WriteLogsAndLeases",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: under("logs", "locks"),
    },
    {
      Sid: "ReadLeases",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: under("locks"),
    },
  );
}

/** Plain HTTP is refused to everybody: "Enforcing encryption in transit" (S3 user guide, security best practices). */
export function tlsOnlyPolicy({ partition }: PolicyScope, bucket: string): PolicyDocument {
  return policy({
    Sid: "OnlyOverTls",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [`arn:${partition}:s3:::${bucket}`, `arn:${partition}:s3:::${bucket}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
}

/** ForAllValues holds for no keys at all, and DeleteTags without keys takes every tag: there must be some. */
function onlyKeys(keys: string[]) {
  return {
    "ForAllValues:StringEquals": { "aws:TagKeys": keys },
    Null: { "aws:TagKeys": "false" },
  };
}

function policy(...statements: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}
