import type { Aws } from "../aws/connect.ts";
import type { Clock } from "../clock.ts";
import type { LaunchSpec } from "../launch-spec.ts";
import type { AgentLog } from "./agent-log.ts";
import type { AgentPaths } from "./agent-paths.ts";
import type { Imds } from "../aws/imds.ts";
import type { LoginUser } from "./login-user.ts";
import type { TagReporter } from "./tag-reporter.ts";

/** What every step of the agent needs. */
export interface Agent {
  spec: LaunchSpec;
  instanceId: string;
  aws: Aws;
  imds: Imds;
  paths: AgentPaths;
  log: AgentLog;
  reporter: TagReporter;
  /** Who new file systems belong to and the command runs as. */
  user: LoginUser;
  clock: Clock;
}
