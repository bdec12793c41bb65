import { join } from "node:path";

/** Where things lie on the instance. */
export interface AgentPaths {
  /** Launch spec; readable by root only. */
  spec: string;
  /** The Node that runs the agent; the command may use it too. */
  node: string;
  /** The agent's own program; `node agent.mjs download s3://… DIR` is there for the command. */
  program: string;
  /** Gone at reboot. */
  run: string;
  /** Its presence tells the boot script's dead man's switch that the agent works. */
  reported: string;
  /** For the guard that ends an agent that hangs. */
  heartbeat: string;
  hangs: string;
  /** What an agent must know of its predecessor on the same instance; outlives a reboot. */
  state: string;
  agentLog: string;
  /** Holds the unpacked `--code`, by hash. */
  code: string;
  commandLog: string;
}

/** @param instanceId keeps the state of this instance apart from what an image made of another one carries. */
export function agentPaths(instanceId: string, root = "/"): AgentPaths {
  return {
    spec: join(root, "opt/runctl/spec.json"),
    node: join(root, "opt/runctl/node"),
    program: join(root, "opt/runctl/agent.mjs"),
    run: join(root, "run/runctl"),
    reported: join(root, "run/runctl/reported"),
    heartbeat: join(root, "run/runctl/heartbeat"),
    hangs: join(root, "run/runctl/hangs"),
    state: join(root, "var/lib/runctl", instanceId),
    code: join(root, "opt/runctl/code"),
    agentLog: join(root, "var/log/runctl-agent.log"),
    commandLog: join(root, "var/log/runctl-command.log"),
  };
}
