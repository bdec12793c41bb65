import { type AgentRequest, formatAgentReply } from "../agent-request.ts";
import { RunctlError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { tagKeys, tagValue } from "../tags.ts";
import type { Agent } from "./agent.ts";
import { findDevice } from "./find-device.ts";
import { findMounts } from "./find-mounts.ts";
import { growOnline } from "./grow-filesystem.ts";
import type { MountEntry } from "./mount-table.ts";
import { unmountVolume } from "./unmount-volume.ts";

/** A frozen file system stops the command, so it thaws by itself. */
const thawAfterMs = 10_000;

/** Does what the CLI asked for by tag and answers by tag; never throws. `stop` is not among these: it ends the work. */
export async function answerRequest(agent: Agent, request: AgentRequest): Promise<void> {
  const { id } = request;
  const reply = await obey(agent, request).then(
    () => formatAgentReply({ id, outcome: "ok", message: "" }),
    (error: Error) => formatAgentReply({ id, outcome: "failed", message: error.message }),
  );
  agent.log.note(`request ${request.verb} ${request.volumeId ?? ""}: ${reply}`);
  agent.reporter.tags({ [tagKeys.reply]: tagValue(reply) });
}

/** What is mounted where is read from the kernel: volumes of the launch and of the user's own are alike. */
async function obey(agent: Agent, { verb, volumeId }: AgentRequest): Promise<void> {
  if (volumeId === undefined || verb === "stop")
    throw new RunctlError("USAGE", `${verb} ${volumeId ?? "-"} is not a request for a volume`);
  if (verb === "unmount") return unmount(agent, volumeId);
  const [entry] = (await findMounts(volumeId)).mounts;
  if (!entry) throw new RunctlError("NOT_FOUND", `${volumeId} is not mounted here`);
  if (verb === "freeze") return freeze(agent, entry);
  if (verb === "thaw") return thaw(entry);
  return grow(agent, volumeId, entry);
}

/** A volume that is mounted nowhere is as unmounted as was asked for. What still uses one is named, not killed. */
async function unmount({ clock, log }: Agent, volumeId: string): Promise<void> {
  await unmountVolume(volumeId, { clock, log, deadlineMs: 5_000, killHolders: false });
}

async function freeze({ clock }: Agent, entry: MountEntry): Promise<void> {
  await runProgram("fsfreeze", ["--freeze", entry.mountPoint]);
  void clock.sleep(thawAfterMs).then(() => thaw(entry).catch(() => undefined));
}

/** Nothing happens where nothing is frozen. */
async function thaw({ mountPoint }: MountEntry): Promise<void> {
  // 1: "Invalid argument", it is not frozen.
  await runProgram("fsfreeze", ["--unfreeze", mountPoint], { okExits: [0, 1] });
}

async function grow({ clock }: Agent, volumeId: string, entry: MountEntry): Promise<void> {
  if (entry.readOnly)
    throw new RunctlError("CONFLICT", `${volumeId} is mounted read-only at ${entry.mountPoint}`);
  const device = await findDevice(volumeId, { clock, signal: AbortSignal.timeout(5_000) });
  await growOnline(device, entry.mountPoint, entry.type);
}
