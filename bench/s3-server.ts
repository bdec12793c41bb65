// What S3 of the local cloud costs, in relation to a node:http server that sends the same files and drops the same bodies.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloudProcess } from "../test/support/cloud-process.ts";
import { createBodyStream, type StreamRequest } from "../test/support/stream-body.ts";
import { round } from "./measure.ts";

const largeBytes = 2 ** 30;
const small = { count: 5_000, bytes: 784, atOnce: 10 };

type Send = (request: StreamRequest) => Promise<unknown>;

/** The same requests for both servers. Puts come first: S3 then has what the gets ask for. */
const loads: Record<string, (send: Send) => Promise<void>> = {
  async "PUT large"(send) {
    await send({ method: "PUT", path: "/bench/large", sizeBytes: largeBytes });
  },
  async "GET large"(send) {
    await send({ method: "GET", path: "/bench/large" });
  },
  "PUT small": (send) =>
    many((index) => send({ method: "PUT", path: `/bench/${index}`, sizeBytes: small.bytes })),
  "GET small": (send) => many((index) => send({ method: "GET", path: `/bench/${index}` })),
};

async function many(work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < small.count) await work(next++);
  };
  await Promise.all(Array.from({ length: small.atOnce }, worker));
}

/** User and system time of a process; Linux counts it in hundredths (proc_pid_stat(5), fields 14 and 15). */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const state = await mkdtemp(join(tmpdir(), "runctl-bench-"));
const files = join(state, "files");
await mkdir(files);
const large = await open(join(files, "large"), "w");
const zeros = Buffer.alloc(2 ** 20);
for (let at = 0; at < largeBytes; at += zeros.length) await large.write(zeros);
await large.close();
for (let index = 0; index < small.count; index += 1) {
  await writeFile(join(files, `${index}`), zeros.subarray(0, small.bytes));
}

const agent = new Agent({ keepAlive: true });
const cloud = await startCloudProcess(join(state, "cloud"));
const script = join(import.meta.dirname, "plain-server.ts");
const plain = spawn(process.execPath, [script, files], { stdio: ["ignore", "pipe", "inherit"] });
try {
  const [endpoint]: unknown[] = await once(plain.stdout.setEncoding("utf8"), "data");
  const plainEndpoint = String(endpoint).trim();
  const toS3 = createBodyStream({ ...cloud.connection, agent });
  const toPlain = createBodyStream({ ...cloud.connection, endpoint: plainEndpoint, agent });
  await toS3({ method: "PUT", path: "/bench" });

  const cost = async (pid: number, load: (send: Send) => Promise<void>, send: Send) => {
    const cpu = cpuSecondsOf(pid);
    const start = performance.now();
    await load(send);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: cpuSecondsOf(pid) - cpu };
  };
  const results: unknown[] = [];
  for (const [name, load] of Object.entries(loads)) {
    const reference = await cost(plain.pid!, load, toPlain);
    const s3 = await cost(cloud.connection.pid, load, toS3);
    const isLarge = name.endsWith("large");
    results.push({
      name,
      ...(isLarge
        ? {
            MiBps: round(largeBytes / 2 ** 20 / s3.seconds),
            cpuSecondsPerGiB: round(s3.cpuSeconds),
          }
        : {
            perSecond: round(small.count / s3.seconds),
            cpuMsEach: round((s3.cpuSeconds * 1000) / small.count),
          }),
      ratioWall: round(s3.seconds / reference.seconds),
      ratioCpu: round(s3.cpuSeconds / reference.cpuSeconds),
    });
  }
  process.stdout.write(`${JSON.stringify({ benchmark: "s3-server", results }, undefined, 2)}\n`);
} finally {
  agent.destroy();
  plain.kill();
  await cloud.stop();
  await rm(state, { recursive: true });
}
