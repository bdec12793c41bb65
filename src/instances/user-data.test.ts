import assert from "node:assert/strict";
import { createHmac, createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { LaunchSpec } from "../launch-spec.ts";
import { runProgram } from "../run-program.ts";
import { bootScript, specObject, userData } from "./user-data.ts";

const runtime = { key: "runtime/aa/node-linux-x64", sha256: "a".repeat(64) };
const agent = { key: "agent/bb/agent.mjs", sha256: "b".repeat(64) };

test("the boot script is at most 4 KiB", () => {
  assert.ok(Buffer.byteLength(bootScript()) <= 4_096);
});

test("the user data of a launch are those of the golden file", async () => {
  const golden = new URL("./user-data.golden.sh", import.meta.url);
  const text = userData(launchSpec(), { runtime, agent });

  if (process.env["UPDATE_GOLDEN"]) await writeFile(golden, text);

  assert.equal(text, await readFile(golden, "utf8"));
});

for (const shell of ["dash", "bash"])
  test(`${shell} takes the boot script`, { skip: await missing(shell) }, async () => {
    await runProgram(shell, ["-n", "-c", userData(launchSpec(), { runtime, agent })]);
  });

test(
  "systemd takes the unit of the agent",
  { skip: await missing("systemd-analyze") },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "runctl-unit-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const unit = /runctl-agent.service <<U\n([^]*?)^U$/m.exec(bootScript())![1]!;
    const file = join(folder, "runctl-agent.service");
    // The program must be there.
    await writeFile(file, unit.replace("$X", "/bin/true"));

    const { stderr } = await runProgram("systemd-analyze", ["verify", file]);

    // It may have something to say about units of this computer.
    assert.doesNotMatch(stderr, /runctl-agent/);
  },
);

test("whatever stands in a command reaches the spec file and not the shell", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runctl-user-data-"));
  t.after(() => rm(folder, { recursive: true }));
  const evil = [
    "RUNCTL_SPEC\ntouch pwned\n",
    "it's $HOME `id` $(id) \\ \"q\" $& $'",
    "\u2028 é 😀",
  ];
  const spec = launchSpec(evil);
  const text = userData(spec, { runtime, agent });

  // The part that writes the spec, with its folder replaced.
  const writing = text.slice(text.indexOf("(umask 077"), text.indexOf("while read -r name"));
  await runProgram("sh", ["-c", `cd ${folder}; D=.\n${writing}`]);

  assert.deepEqual(JSON.parse(await readFile(join(folder, "spec.json"), "utf8")), spec);
  await assert.rejects(readFile(join(folder, "pwned")), { code: "ENOENT" });
});

test("a value that would be more than one word of the shell is refused", () => {
  const spec = { ...launchSpec(), region: "us-east-1\nagent x" };
  assert.throws(() => userData(spec, { runtime, agent }), { code: "USAGE" });
});

test("a long spec travels through S3 and a short one in the user data", () => {
  const long = launchSpec(["x".repeat(9_000)]);
  const staged = specObject(long);
  assert.ok(staged);

  const text = userData(long, { runtime, agent, spec: staged.file });

  assert.ok(text.includes(`spec specs/${staged.file.sha256}.json`));
  assert.ok(text.length < 6_000);
  assert.equal(hash(staged.body), staged.file.sha256);
  assert.equal(specObject(launchSpec()), undefined);
});

for (const shell of ["dash", "bash", "busybox"])
  test(
    `the boot script signs like AWS under ${shell}`,
    { skip: await missing(shell) },
    async () => {
      const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
      const request = { path: "/bucket/agent/x", host: "127.0.0.1:4566", time: "20261123T191500Z" };
      const functions = definitions(["sha", "bytes", "hmac", "sign"]);
      const program = `${functions}
${constants()}
ID=AKIDEXAMPLE SECRET='${secret}' TOKEN='t/o+k=en' region=eu-west-1
sign ${request.path} ${request.host} ${request.time}`;

      const args = shell === "busybox" ? ["sh", "-c", program] : ["-c", program];
      const { stdout } = await runProgram(shell, args);

      assert.equal(stdout.trim(), authorization(request, secret));
    },
  );

function launchSpec(command: string[] = ["python3", "train.py", "--resume"]): LaunchSpec {
  return {
    version: 1,
    region: "us-east-1",
    bucket: "runctl-123456789012-us-east-1",
    volumes: [
      {
        volumeId: "vol-0123456789abcdef0",
        mount: "/mnt/data",
        readOnly: false,
        fileSystem: "ext4",
        attachedAtLaunch: false,
        lifetime: "keep",
      },
    ],
    work: { kind: "command", command, environment: {}, asRoot: false, whenDone: "terminate" },
    pollMs: 2_000,
    graceSeconds: 90,
    maxLifetimeSeconds: 3_600,
  };
}

/** The signature written down a second time, from the AWS page "Create a signed AWS API request". */
function authorization(
  { path, host, time }: { path: string; host: string; time: string },
  secret: string,
): string {
  const names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
  const headers = `host:${host}\nx-amz-content-sha256:${hash("")}\nx-amz-date:${time}\nx-amz-security-token:t/o+k=en\n`;
  const request = ["GET", path, "", headers, names, hash("")].join("\n");
  const scope = `${time.slice(0, 8)}/eu-west-1/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, hash(request)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(mac, `AWS4${secret}`);
  const signature = mac(key, toSign).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function mac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function definitions(names: string[]): string {
  return names
    .map((name) => new RegExp(`^${name}\\(\\) \\{(.*\\}$|[^]*?^\\}$)`, "m").exec(bootScript())![0])
    .join("\n");
}

function constants(): string {
  return /^E=.*\nH=.*$/m.exec(bootScript())![0];
}

async function missing(program: string): Promise<string | false> {
  try {
    await runProgram("sh", ["-c", `command -v ${program}`]);
    return false;
  } catch {
    return `${program} is not installed`;
  }
}
