import { formatAgentReply } from "../agent-request.ts";
import { putTags } from "../aws/tags.ts";
import { isRunctlError } from "../errors.ts";
import { retry } from "../retry.ts";
import { runProgram } from "../run-program.ts";
import { type InstanceState, noticeMessage, tagKeys, tagValue } from "../tags.ts";
import type { Agent } from "./agent.ts";
import { type Ending, rememberEnding } from "./agent-state.ts";
import { endWork } from "./end-work.ts";
import { uptimeSeconds } from "./machine-boot.ts";
import { reportTarget } from "./report-target.ts";
import type { LogShipping } from "./ship-logs.ts";

/** How long tags and logs may hold up the end. */
const farewellMs = 8_000;

/** Ends the work, gives the volumes back, says so, and ends the instance where that is the agent's to do. */
export async function finish(agent: Agent, ending: Ending, logs: LogShipping): Promise<void> {
  const { reporter, log, paths, clock } = agent;
  await rememberEnding(paths, ending);
  const { state, message, isOurs } = describeEnding(ending);
  if (ending.kind === "finished") tagExitCode(agent, ending.exitCode);
  else if (state === "interrupted") reporter.state(state, `${message}: saving`);

  const problems = await endWork(agent, ending);
  if (ending.kind === "filled" && problems.length === 0)
    problems.push(...(await tagFilled(agent, ending)));
  for (const problem of problems) log.note(problem);
  const outcome = problems.length > 0 ? problems.join("; ") : "volumes released";
  // A fill that nobody can know of is not done; another instance would fail of the same.
  const isLost = ending.kind === "filled" && problems.length > 0;
  reporter.state(isLost ? "failed" : state, `${message}: ${outcome}`);
  if (ending.kind === "stop") tagReply(agent, ending.requestId, problems);
  await Promise.all([
    reporter.flush(farewellMs),
    Promise.race([logs.stop(), clock.sleep(farewellMs)]),
  ]);
  if (isOurs) await powerOff(agent);
}

/** The command of an instance that stays is over: only said. */
export function reportFinished(agent: Agent, exitCode: number): void {
  tagExitCode(agent, exitCode);
  agent.reporter.state("done", `exit code ${exitCode}`);
}

interface Outcome {
  state: InstanceState;
  message: string;
  /** Nobody else ends the instance after this. */
  isOurs: boolean;
}

const outcomes = {
  notice: { state: "interrupted", message: noticeMessage, isOurs: false },
  shutdown: { state: "interrupted", message: "the machine shuts down", isOurs: false },
  stop: { state: "interrupted", message: "asked to stop", isOurs: false },
  lifetime: { state: "failed", message: "its longest lifetime is over", isOurs: true },
} as const satisfies Record<string, Outcome>;

function describeEnding(ending: Ending): Outcome {
  if (ending.kind === "finished")
    return { state: "done", message: `exit code ${ending.exitCode}`, isOurs: true };
  if (ending.kind === "filled")
    return { state: "done", message: describeFill(ending), isOurs: true };
  if (ending.kind === "failed") return { state: "failed", message: ending.message, isOurs: true };
  return outcomes[ending.kind];
}

type Filled = Extract<Ending, { kind: "filled" }>;

function describeFill({ objects, refused }: Filled): string {
  const verified = `${objects} objects verified`;
  return refused === 0 ? verified : `${verified}, ${refused} keys cannot be files: not warm`;
}

/**
 * Last of all: the volume is verified and free, and warm if it is all of its source.
 *
 * @returns why that could not be told.
 */
async function tagFilled(
  agent: Agent,
  { volumeId, manifestHash, objects, refused }: Filled,
): Promise<string[]> {
  const all = objects + refused;
  const progress = `${Math.floor((100 * objects) / all)}% ${objects}/${all} objects verified`;
  const tell = async () => {
    const target = await reportTarget(agent, volumeId);
    const isWarm = target === volumeId && refused === 0;
    await putTags(agent.aws, target, {
      ...(isWarm ? { [tagKeys.manifest]: manifestHash } : {}),
      [tagKeys.progress]: progress,
    });
  };
  return retry(tell, {
    deadlineMs: 120_000,
    shouldRetry: (error) => !isRunctlError(error, "PERMISSION_DENIED"),
  }).then(
    () => [],
    (error: Error) => [`cannot tag ${volumeId} as filled: ${error.message}`],
  );
}

function tagExitCode({ reporter }: Agent, exitCode: number): void {
  reporter.tags({ [tagKeys.exitCode]: String(exitCode) });
}

function tagReply({ reporter }: Agent, id: string, problems: readonly string[]): void {
  const outcome = problems.length > 0 ? "failed" : "ok";
  const reply = formatAgentReply({ id, outcome, message: problems.join("; ") });
  reporter.tags({ [tagKeys.reply]: tagValue(reply) });
}

/**
 * An instance that EC2 interrupts in its first hour costs nothing (AWS page "Billing for interrupted Spot
 * Instances"): after a notice EC2 ends it, and after a rebalance recommendation it is left to EC2 until that hour is over.
 */
async function powerOff({ imds, log, clock }: Agent): Promise<void> {
  const ask = (path: string) => imds.read(`meta-data/${path}`).catch(() => undefined);
  if (await ask("spot/instance-action")) return;
  if (await ask("events/recommendations/rebalance")) {
    log.note("a rebalance recommendation stands: EC2 may end this instance within its first hour");
    await clock.sleep(Math.max(0, 3_600 - uptimeSeconds()) * 1_000);
  }
  log.note("power off");
  await runProgram("poweroff", []);
}
