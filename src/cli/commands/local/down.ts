import { systemClock } from "../../../clock.ts";
import { adminClient } from "../../../local-cloud/admin-client.ts";
import { readConnection } from "../../../local-cloud/connection.ts";
import { freeLocalCloud } from "../../../local-cloud/free-local-cloud.ts";
import { defineCommand } from "../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../dry-run.ts";

export const down = defineCommand({
  summary: "End its instances and free what it made; volumes, snapshots and objects stay",
  examples: ["local down", "local down --state-dir ./cloud"],
  details:
    "Also after the server was killed. `local up` continues with the same disks and objects; " +
    "to forget them, too, remove the directory afterwards.",
  flags: {},
  interruption: {
    goesOn: "the local cloud goes on freeing what it made",
    sameLineContinues: true,
  },
  positionals: {},
  async run(_input, { options, signal }) {
    const { stateDirectory } = options;
    if (options.dryRun)
      return dryRun([
        `end the instances of the local cloud in ${stateDirectory}, free what it made`,
      ]);
    const running = await readConnection(stateDirectory);
    if (!running) {
      // A killed server may have left instances.
      await freeLocalCloud(stateDirectory);
      return { outcome: "freed" as const, stateDirectory };
    }
    await adminClient(running).down();
    while (await readConnection(stateDirectory)) await systemClock.sleep(20, signal);
    return { outcome: "down" as const, stateDirectory };
  },
  render(result) {
    if (isDryRun(result)) return renderDryRun(result);
    const outcome = result.outcome === "freed" ? "was not running, and is freed" : "down";
    return `${outcome}; volumes and objects stay in ${result.stateDirectory}`;
  },
});
