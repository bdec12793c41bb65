import { mkdirSync } from "node:fs";
import type { Agent } from "./agent.ts";
import { type Ending, recallEnding } from "./agent-state.ts";
import { answerRequest } from "./answer-request.ts";
import { commandFolders, doWork, leavesWhenDone, untilAborted } from "./do-work.ts";
import { finish, reportFinished } from "./finish.ts";
import { lifetimeOver } from "./lifetime.ts";
import { signalCommand } from "./run-command.ts";
import { shipLogs } from "./ship-logs.ts";
import { instanceEvents } from "./watch-instance.ts";

/**
 * The agent's life: mount, work, watch for the end, give everything back.
 *
 * @param terminated aborts when the machine shuts down (SIGTERM).
 * @returns when there is nothing left to do but to wait for the machine's end.
 */
export async function runAgent(agent: Agent, terminated: AbortSignal): Promise<void> {
  const { log, paths } = agent;
  mkdirSync(paths.run, { recursive: true });
  log.moment("agentStarted");
  const logs = shipLogs(agent);
  const ending = await whenItEnds(agent, terminated);
  await finish(agent, ending, logs);
}

/** The first thing that ends the work, whatever it is. */
async function whenItEnds(agent: Agent, terminated: AbortSignal): Promise<Ending> {
  const begun = await recallEnding(agent.paths);
  if (begun) return begun;
  const first = Promise.withResolvers<Ending>();
  const over = new AbortController();
  void untilAborted(terminated).catch(() => {
    agent.log.moment("shutdownSeen");
    first.resolve({ kind: "shutdown" });
  });
  void watch(agent, over.signal, first.resolve);
  void lifetimeOver(agent, over.signal).then(
    () => first.resolve({ kind: "lifetime" }),
    () => undefined,
  );
  const work = workUntilItEnds(agent, over.signal).then(first.resolve);
  const ending = await first.promise;
  over.abort(new Error(`the work ended: ${ending.kind}`));
  // A volume that is being mounted must be through before it can be given back.
  await Promise.race([work, agent.clock.sleep(30_000)]);
  return ending;
}

/** The command of an instance that stays may end: then the instance waits for what else ends it. */
async function workUntilItEnds(agent: Agent, signal: AbortSignal): Promise<Ending> {
  try {
    const ending = await doWork(agent, signal);
    if (ending.kind !== "finished" || leavesWhenDone(agent)) return ending;
    reportFinished(agent, ending.exitCode);
    return await untilAborted(signal);
  } catch (error) {
    return { kind: "failed", message: (error as Error).message };
  }
}

/** @param answer other than `answerRequest` in tests. */
export async function watch(
  agent: Agent,
  signal: AbortSignal,
  end: (ending: Ending) => void,
  answer = answerRequest,
): Promise<void> {
  const { log, spec } = agent;
  // One after the other, but nobody waits for them: to grow or unmount a volume can take longer than a notice gives.
  let answers = Promise.resolve();
  for await (const event of instanceEvents({ ...agent, pollMs: spec.pollMs, signal })) {
    if (event.kind === "notice") {
      log.moment("noticeSeen", { action: event.action, time: event.time });
      end({ kind: "notice", by: event.time.getTime() });
    } else if (event.kind === "rebalance") {
      log.moment("rebalanceSeen", { noticeTime: event.noticeTime });
      await checkpointNow(agent);
    } else {
      const { request } = event;
      if (request.verb === "stop") end({ kind: "stop", requestId: request.id });
      else answers = answers.then(() => answer(agent, request));
    }
  }
}

/** A rebalance recommendation means "save now", not "leave": the command hears of it if it named a signal. */
async function checkpointNow(agent: Agent): Promise<void> {
  const { work } = agent.spec;
  const name = work.kind === "command" ? work.environment["RUNCTL_REBALANCE_SIGNAL"] : undefined;
  if (name === "SIGUSR1" || name === "SIGUSR2") await signalCommand(commandFolders(agent), name);
}
