// What an answer of `runctl cost advise` costs beyond starting the CLI, in relation to `--help` and `node -e 0`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCli } from "../scripts/build.ts";
import { costOf, round, rowsBeside } from "./measure.ts";

const directory = await mkdtemp(join(tmpdir(), "runctl-bench-"));
try {
  const node = process.execPath;
  const main = await buildCli(directory);
  const env = { ...process.env, NODE_COMPILE_CACHE: join(directory, "compiled") };
  const job = ["--dataset", "500GB", "--ingest", "2GB/s", "--instance-type", "p4d.24xlarge"];
  const cost = costOf(
    {
      "node -e 0": [node, "-e", "0"],
      "--help": [node, main, "--help"],
      "cost advise": [node, main, "cost", "advise", ...job],
    },
    { env },
  );
  const [bare, help, advise] = [cost["node -e 0"]!, cost["--help"]!, cost["cost advise"]!];
  const results = rowsBeside(cost, bare);
  const beyondStart = {
    wallMs: round(advise.wallMs - help.wallMs),
    cpuMs: round(advise.cpuMs - help.cpuMs),
  };
  const goals = { "cost advise": "less than 100 ms beyond --help" };
  process.stdout.write(
    `${JSON.stringify({ benchmark: "cost-advise", goals, beyondStart, results }, undefined, 2)}\n`,
  );
} finally {
  await rm(directory, { recursive: true });
}
