/** A part of a log is written again until it is full, so this bounds what one round of the agent sends. */
export const logPartBytes = 4 * 1_048_576;

/** What an instance leaves in the staging bucket, by key. */
export interface InstanceReports {
  /** Of its first part; see `logPartKey`. */
  commandLog: string;
  agentLog: string;
  /** Keys of S3 that cannot be files on the volume that it filled: a JSON array of `{name, reason}`. */
  refusedKeys: string;
}

export function instanceReports(instanceId: string): InstanceReports {
  const folder = `logs/${instanceId}`;
  return {
    commandLog: `${folder}/command.log`,
    agentLog: `${folder}/agent.log`,
    refusedKeys: `${folder}/refused-keys.json`,
  };
}

/** `command.log`, `command.log.1`, `command.log.2` … All but the last have `logPartBytes`. */
export function logPartKey(log: string, part: number): string {
  return part === 0 ? log : `${log}.${part}`;
}
