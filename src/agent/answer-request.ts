import { type AgentRequest, formatAgentReply } from "../agent-request.ts";
import { RunctlError } from "../errors.ts";
import type { VolumeSpec } from "../launch-spec.ts";
import { runProgram } from "../run-program.ts";
import { tagKeys, tagValue } from "../tags.ts";
import type { Agent } from "./agent.ts";
import { findDevice } from "./find-device.ts";
import { growOnline } from "./grow-filesystem.ts";
import { mountAt } from "./mount-table.ts";
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

async function obey(agent: Agent, { verb, volumeId }: AgentRequest): Promise<void> {
  const volume = agent.spec.volumes.find((one) => one.volumeId === volumeId);
  if (!volume) throw new RunctlError("NOT_FOUND", `${volumeId ?? "no volume"} is not mounted here`);
  const { clock, log } = agent;
  switch (verb) {
    case "unmount":
      return unmountVolume(volume.mount, { clock, log, deadlineMs: 5_000, killHolders: false });
    case "freeze":
      return freeze(agent, volume);
    case "thaw":
      return thaw(volume);
    case "grow":
      return grow(agent, volume);
    case "stop":
      throw new RunctlError("USAGE", `${verb} is not for a volume`);
  }
}

async function freeze(agent: Agent, volume: VolumeSpec): Promise<void> {
  await runProgram("fsfreeze", ["--freeze", volume.mount]);
  void agent.clock.sleep(thawAfterMs).then(() => thaw(volume).catch(() => undefined));
}

/** Nothing happens where nothing is frozen. */
async function thaw({ mount }: VolumeSpec): Promise<void> {
  // 1: "Invalid argument", it is not frozen.
  await runProgram("fsfreeze", ["--unfreeze", mount], { okExits: [0, 1] });
}

async function grow({ clock }: Agent, { volumeId, mount }: VolumeSpec): Promise<void> {
  const entry = await mountAt(mount);
  if (!entry) throw new RunctlError("CONFLICT", `nothing is mounted at ${mount}`);
  const device = await findDevice(volumeId, { clock, signal: AbortSignal.timeout(5_000) });
  await growOnline(device, mount, entry.type);
}
