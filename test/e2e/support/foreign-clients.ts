import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram, type ProgramResult } from "../../../src/run-program.ts";

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const runctl = fileOf("../../../bin/runctl.mjs");

/** A program that knows nothing of runctl, and the script that it runs. */
export interface ForeignClient {
  name: string;
  command: readonly string[];
  /** Succeeds where the program is installed. */
  probe: readonly string[];
  /** One call of S3 and one of EC2. */
  greeting: readonly string[];
}

export const foreignClients: readonly ForeignClient[] = [
  {
    name: "the aws CLI",
    command: ["sh", fileOf("../clients/aws-cli.sh")],
    probe: ["aws", "--version"],
    greeting: ["sh", "-c", "aws s3 ls && aws ec2 describe-regions"],
  },
  {
    name: "boto3",
    command: ["python3", fileOf("../clients/boto3-client.py")],
    probe: ["python3", "-c", "import boto3"],
    greeting: [
      "python3",
      "-c",
      "import boto3; boto3.client('s3').list_buckets(); boto3.client('ec2').describe_regions()",
    ],
  },
  {
    name: "the AWS SDK for JavaScript",
    command: [process.execPath, fileOf("../clients/javascript-sdk.mjs")],
    probe: [process.execPath, "--version"],
    greeting: [
      process.execPath,
      "--input-type=module",
      "--eval",
      `import { EC2 } from "${import.meta.resolve("@aws-sdk/client-ec2")}";
       import { S3 } from "${import.meta.resolve("@aws-sdk/client-s3")}";
       await new S3().listBuckets();
       await new EC2().describeRegions();`,
    ],
  },
];

/** @returns why it cannot run here; false where it can. */
export async function whyNot({ name, probe }: ForeignClient): Promise<string | false> {
  const ok = await inFreshShell("", probe).then(
    () => true,
    () => false,
  );
  return ok ? false : `${name} is not installed: ${probe.join(" ")} fails`;
}

/** A local cloud that was started from the command line. */
export interface CloudProcess {
  stateDirectory: string;
  backend: string;
  /** What `runctl local env` prints for a shell with these variables besides its own. */
  env(shell?: Readonly<Record<string, string>>): Promise<string>;
  /** Lines of the access log: each call that was answered. */
  accessLog: string;
  /** Ends it and frees what it made. */
  down(): Promise<void>;
}

export async function startCloudProcess(): Promise<CloudProcess> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "runctl-foreign-"));
  const words = ["--state-dir", stateDirectory];
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
    runProgram(process.execPath, [runctl, "local", ...args, ...words], { env });
  const up = await run(["up", "--detach", "--port", "0", "--output", "json"]);
  const { backend } = JSON.parse(up.stdout) as { backend: string };
  return {
    stateDirectory,
    backend,
    env: async (shell = {}) => (await run(["env"], { ...process.env, ...shell })).stdout,
    accessLog: join(stateDirectory, "access.log"),
    async down() {
      await run(["down"]);
      await rm(stateDirectory, { recursive: true });
    },
  };
}

/** Runs a program in a shell that has nothing but PATH, HOME, `variables`, and what `lines` say. */
export function inFreshShell(
  lines: string,
  command: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  const { PATH = "", HOME = "/" } = process.env;
  const script = 'eval "$1"; shift; exec "$@"';
  return runProgram("sh", ["-c", script, "sh", lines, ...command], {
    env: { PATH, HOME, ...variables },
    timeoutMs: 600_000,
  });
}

export interface DataSize {
  smallFiles: number;
  largeMiB: number;
}

/** Makes `data` below a directory: many small files of all sizes up to 4 KiB, and a large one. */
export async function makeData(directory: string, { smallFiles, largeMiB }: DataSize) {
  const small = join(directory, "data", "small");
  await mkdir(small, { recursive: true });
  for (let number = 0; number < smallFiles; number += 1) {
    await writeFile(join(small, `${number}`), randomBytes((number * 7) % 4097));
  }
  const large = await open(join(directory, "data", "large"), "w");
  for (let written = 0; written < largeMiB; written += 1) await large.write(randomBytes(2 ** 20));
  await large.close();
}

/** The SHA-256 of each file below a directory, by its path. */
export async function hashTree(directory: string): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const sha256 = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      sha256.update(chunk as Buffer);
    }
    hashes.set(path.slice(directory.length + 1), sha256.digest("hex"));
  }
  return hashes;
}
