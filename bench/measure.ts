import { spawnSync } from "node:child_process";

export interface Cost {
  wallMs: number;
  /** User and system time of the program and its children. */
  cpuMs: number;
}

/**
 * The median cost of one run of each program, run in turns so that a noisy moment hits all of them.
 * The shell's `times` counts in 10 ms, so each sample is many runs.
 */
export function costOf(
  programs: Readonly<Record<string, readonly string[]>>,
  { rounds = 7, runsPerSample = 10, env = process.env } = {},
): Record<string, Cost> {
  const samples = Object.fromEntries(Object.keys(programs).map((name) => [name, [] as Cost[]]));
  for (let turn = 0; turn <= rounds; turn += 1) {
    for (const [name, words] of Object.entries(programs)) {
      const sample = runMany(words, runsPerSample, env);
      // The first round fills the caches.
      if (turn > 0) samples[name]?.push(sample);
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, all]) => [
      name,
      { wallMs: median(all.map((one) => one.wallMs)), cpuMs: median(all.map((one) => one.cpuMs)) },
    ]),
  );
}

/** Each program as a row, in relation to one of them. */
export function rowsBeside(cost: Readonly<Record<string, Cost>>, reference: Cost) {
  return Object.entries(cost).map(([name, { wallMs, cpuMs }]) => ({
    name,
    wallMs: round(wallMs),
    cpuMs: round(cpuMs),
    ratioWall: round(wallMs / reference.wallMs),
    ratioCpu: round(cpuMs / reference.cpuMs),
  }));
}

function runMany(words: readonly string[], runs: number, env: NodeJS.ProcessEnv): Cost {
  const script =
    'n=$1; shift; while [ "$n" -gt 0 ]; do "$@" >/dev/null || exit 1; n=$((n-1)); done; times';
  const start = performance.now();
  const result = spawnSync("sh", ["-c", script, "sh", `${runs}`, ...words], {
    env,
    encoding: "utf8",
  });
  const wallMs = (performance.now() - start) / runs;
  if (result.status !== 0) throw new Error(`${words.join(" ")} failed: ${result.stderr}`);
  // The second line of `times` is that of the children: `0m1.230s 0m0.110s`.
  const [user, system] = result.stdout.trim().split("\n").at(-1)?.split(" ") ?? [];
  return { wallMs, cpuMs: (milliseconds(user) + milliseconds(system)) / runs };
}

function milliseconds(text: string | undefined): number {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text ?? "") ?? [];
  return (Number(minutes) * 60 + Number(seconds)) * 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function round(value: number): number {
  return Number(value.toPrecision(3));
}
