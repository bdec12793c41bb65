import type { AuthorizationCheck, Call } from "./call.ts";
import type { InstanceView, TemporaryCredentials } from "./imds/instance-view.ts";

/** An operation of an AWS API: input and output are the SDK's own types of the same name. */
export type Operation<Input = never, Output = unknown> = (
  input: Input,
  call: Call,
) => Output | Promise<Output>;

/** A service whose protocol is driven by the SDK's schemas (EC2 Query, awsQuery, JSON). */
export interface SchemaService {
  /** By name, such as `CreateVolume`. An action that is not here is answered with `InvalidAction`. */
  operations: Readonly<Record<string, Operation>>;
  /**
   * What the caller must be allowed before the operation runs. Undefined: the action itself on `*`,
   * so that an action nobody thought of is refused to a role unless its policy says `"Resource": "*"`.
   */
  checks?(action: string, input: never, call: Call): readonly AuthorizationCheck[] | undefined;
}

/** What IAM tells the other services of the local cloud. */
export interface InstanceProfiles {
  /** By name or ARN; undefined when unknown (or not known to EC2 yet, when the fault says so). */
  find(nameOrArn: string): InstanceProfile | undefined;
}

export interface InstanceProfile {
  name: string;
  arn: string;
  id: string;
  /** The role's name and fresh credentials for one instance; undefined while the profile has no role. */
  role:
    | {
        name: string;
        credentialsFor(instanceId: string): TemporaryCredentials;
      }
    | undefined;
}

export type FindInstanceView = (instanceId: string) => InstanceView | undefined;
