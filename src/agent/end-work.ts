import type { Agent } from "./agent.ts";
import type { Ending } from "./agent-state.ts";
import { commandFolders } from "./do-work.ts";
import { releaseVolumes } from "./release-volume.ts";
import { commandStatus, signalCommand } from "./run-command.ts";

/** What must be left for writing back, unmounting and detaching when AWS takes the instance. */
const reservedMs = 25_000;
/** systemd's TimeoutStopSec of the agent is 110 s. */
const shutdownMs = 105_000;

/**
 * Ends the command if it still runs and gives the volumes back: SIGTERM, a wait as long as leaves room
 * for the rest, SIGKILL, sync, unmount, detach.
 *
 * @returns what could not be done, as sentences.
 */
export async function endWork(agent: Agent, ending: Ending): Promise<string[]> {
  const { clock, spec } = agent;
  const now = clock.now();
  const by = ending.kind === "notice" ? ending.by : now + shutdownMs;
  const limited = ending.kind === "notice" || ending.kind === "shutdown";
  const room = limited ? Math.max(0, by - now - reservedMs) : Number.POSITIVE_INFINITY;
  await endCommand(agent, Math.min(spec.graceSeconds * 1_000, room));
  const deadlineMs = limited ? Math.max(5_000, by - clock.now() - 2_000) : 60_000;
  return releaseVolumes(agent, { deadlineMs, killHolders: true });
}

async function endCommand(agent: Agent, graceMs: number): Promise<void> {
  const { clock, log } = agent;
  const folders = commandFolders(agent);
  if ((await commandStatus(folders)).kind !== "running") return;
  await signalCommand(folders, "SIGTERM");
  log.moment("sigtermSent", { graceMs });
  const end = clock.now() + graceMs;
  while ((await commandStatus(folders)).kind === "running") {
    if (clock.now() > end) {
      log.moment("sigkillSent");
      await signalCommand(folders, "SIGKILL");
      await clock.sleep(100);
    } else await clock.sleep(20);
  }
  log.moment("commandEnded", { status: await commandStatus(folders) });
}
