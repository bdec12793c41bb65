// `npm run bench:transfer`: what moving bytes costs, beside other tools on the same origin. docs/benchmarks.md says how to read it.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildCli } from "../scripts/build.ts";
import type { Client } from "./transfer/clients.ts";
import { type CommandCost, measureCommand } from "./transfer/measure-command.ts";
import { makeObjects } from "./transfer/objects.ts";
import { startOrigin } from "./transfer/origin.ts";
import { type Result, machine, report, table } from "./transfer/report.ts";
import type { Setting } from "./transfer/setting.ts";
import { compileLoops, findTools } from "./transfer/tools.ts";
import { type Work, works } from "./transfer/works.ts";

const { values } = parseArgs({
  options: {
    /** Names of works, with commas between; default all. */
    only: { type: "string" },
    clients: { type: "string" },
    runs: { type: "string", default: "5" },
    size: { type: "string", default: "4GiB" },
    small: { type: "string", default: "50000" },
    keys: { type: "string", default: "1000000" },
    /** Kept with the origin's files for the next time; default one that is removed. It says which disk is measured. */
    dir: { type: "string" },
    /** Markdown in place of JSON. */
    table: { type: "boolean", default: false },
  },
});

const tools = findTools();
const absent = ["nginx", "openssl", "taskset"].filter((name) => !tools[name]);
if (absent.length > 0) {
  process.stderr.write(`missing: ${absent.join(", ")} (Debian: nginx-light openssl util-linux)\n`);
  process.exit(3);
}
const names = works.map(({ name }) => name);
const wanted = values.only?.split(",") ?? names;
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(" ")}; there are ${names.join(", ")}\n`);
  process.exit(2);
}

const isPinned = availableParallelism() >= 2;
const pinTo = (core: string) => (isPinned ? ["taskset", "-c", core] : []);
const directory = values.dir ? resolve(values.dir) : mkdtempSync(join(tmpdir(), "runctl-bench-"));
const target = join(directory, "target");
/** Of earlier runs. */
const past = join(directory, "past");
mkdirSync(target, { recursive: true });
const note = (text: string) => process.stderr.write(`${text}\n`);

const objects = makeObjects(join(directory, "origin"), {
  largeBytes: bytesOf(values.size),
  smallCount: wanted.includes("small-https") ? Number(values.small) : 1,
  smallBytes: 16 * 1024,
});
const millionKeys = Number(values.keys);
const origin = await startOrigin(directory, { objects, millionKeys, core: pinTo("1") });
const stop = async () => {
  await origin.stop();
  for (const path of values.dir ? [target, past] : [directory]) {
    rmSync(path, { recursive: true, force: true });
  }
};
process.once("SIGINT", () => void stop().then(() => process.exit(130)));
try {
  const runctl = await buildCli(join(directory, "dist"));
  const loops = compileLoops(directory, tools);
  const setting: Setting = { origin, objects, millionKeys, target, runctl, loops };
  const results: Result[] = [];
  for (const work of works.filter(({ name }) => wanted.includes(name))) {
    results.push(await measureWork(work, setting));
  }
  const all = report(results, { setting, machine: machine(directory), tools, isPinned });
  process.stdout.write(values.table ? table(all) : `${JSON.stringify(all, undefined, 2)}\n`);
} finally {
  await stop();
}

/** Clients take turns, so that a noisy moment hits all of them. */
async function measureWork(work: Work, setting: Setting): Promise<Result> {
  const chosen = work.clients.filter(
    ({ name }) => !values.clients || values.clients.split(",").includes(name),
  );
  const here = chosen.filter(({ needs }) => !needs || tools[needs]);
  const missing = chosen.filter((client) => !here.includes(client)).map(({ name }) => name);
  const runs = new Map(here.map(({ name }) => [name, [] as CommandCost[]]));
  const failures: Record<string, string> = {};
  for (let run = 1; run <= Number(values.runs); run += 1) {
    for (const client of here) {
      if (failures[client.name]) continue;
      try {
        const cost = await measureOnce(work, client, setting);
        runs.get(client.name)?.push(cost);
        const each = cost.cpuSeconds / work.amount(setting);
        note(
          `${work.name} ${client.name} ${run}: ${each.toPrecision(3)} ${work.unit}, ${cost.seconds.toFixed(2)} s, ${Math.round(cost.peakBytes / 1e6)} MB`,
        );
      } catch (error) {
        failures[client.name] = error instanceof Error ? error.message : String(error);
        note(`${work.name} ${client.name} ${run}: ${failures[client.name]}`);
      }
    }
  }
  rmSync(past, { recursive: true, force: true });
  return { work, runs, missing, failures };
}

async function measureOnce(work: Work, client: Client, setting: Setting): Promise<CommandCost> {
  clearTarget(work);
  setting.origin.takeUploaded();
  // What earlier runs left to be written must not be in this one's way.
  execFileSync("sync");
  const cost = await measureCommand(client.command(setting), {
    env: environment(client),
    pin: pinTo("0"),
  });
  work.check(setting, client.name);
  return cost;
}

function clearTarget({ removesAtEnd }: Work): void {
  if (removesAtEnd) {
    mkdirSync(past, { recursive: true });
    renameSync(target, mkdtempSync(join(past, "run-")));
  } else rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
}

function environment({ needs }: Client): NodeJS.ProcessEnv {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...inherited } = process.env;
  return {
    ...inherited,
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
    NODE_EXTRA_CA_CERTS: origin.certificates,
    RCLONE_S3_ENV_AUTH: "true",
    RCLONE_S3_PROVIDER: "Other",
    RCLONE_S3_LIST_VERSION: "2",
    // rclone refuses to start with it.
    ...(needs === "rclone" ? { AWS_CA_BUNDLE: undefined } : { AWS_CA_BUNDLE: origin.certificates }),
  };
}

function bytesOf(text: string): number {
  const [, number, unit] = /^(\d+)(MiB|GiB)$/.exec(text) ?? [];
  if (!number) throw new Error(`--size ${text} is no size such as 4GiB or 256MiB`);
  return Number(number) * (unit === "GiB" ? 2 ** 30 : 2 ** 20);
}
