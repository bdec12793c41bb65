import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setInterval } from "node:timers";

export interface CommandCost {
  seconds: number;
  /** User and system time of the program and of all that it started. */
  cpuSeconds: number;
  /** Sum of the peaks of the processes that live at the same time. */
  peakBytes: number;
}

/**
 * Runs a program and says what it cost. The shell's `times` counts in 10 ms; peaks are read every 20 ms from VmHWM,
 * which is itself a peak, so that only what grows in a process's last moments is missed.
 *
 * @param pin words that bind it to a core, such as `taskset -c 0`.
 * @throws Error with the end of what it printed, when it fails.
 */
export async function measureCommand(
  words: readonly string[],
  { env, pin }: { env: NodeJS.ProcessEnv; pin: readonly string[] },
): Promise<CommandCost> {
  const [program = "", ...rest] = [
    ...pin,
    "sh",
    "-c",
    '"$@"; code=$?; times; exit $code',
    "sh",
    ...words,
  ];
  const begin = performance.now();
  const child = spawn(program, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  const take = (text: string) => (printed = (printed + text).slice(-4000));
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  let peakBytes = 0;
  const timer = setInterval(() => (peakBytes = Math.max(peakBytes, peakOf(child.pid!))), 20);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(timer);
  const seconds = (performance.now() - begin) / 1000;
  if (code !== 0) throw new Error(`${words.join(" ")} failed with ${String(code)}: ${printed}`);
  return { seconds, cpuSeconds: childrenSeconds(printed), peakBytes };
}

/** The second line of `times` is that of the children: `0m1.230s 0m0.110s`. */
function childrenSeconds(printed: string): number {
  const [user, system] = [...printed.matchAll(/^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/gm)]
    .slice(-1)
    .flatMap(([, ...numbers]) => {
      const [a = 0, b = 0, c = 0, d = 0] = numbers.map(Number);
      return [a * 60 + b, c * 60 + d];
    });
  return (user ?? Number.NaN) + (system ?? Number.NaN);
}

/** Of a process and those that it started. */
function peakOf(pid: number, parentWords = ""): number {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    // A fork that has not begun its own program yet shows all of its parent's memory, which it shares.
    if (words === parentWords) return 0;
    // One that has ended, and that nobody has asked for yet, has none any more.
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return (children ? children.split(" ") : []).reduce(
      (sum, child) => sum + peakOf(Number(child), words),
      Number(peak) * 1024,
    );
  } catch {
    // It has ended.
    return 0;
  }
}
