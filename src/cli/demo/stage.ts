import type { Aws } from "../../aws/connect.ts";
import type { Report } from "../../progress.ts";
import type { ChildCli } from "./child-cli.ts";

/** What the demo plays on. */
export interface Stage {
  cli: ChildCli;
  aws: Aws;
  /** A folder of the demo's own. */
  directory: string;
  report: Report;
  signal: AbortSignal;
}
