import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test, type TestContext } from "node:test";

const program = `
  import { serveS3 } from ${JSON.stringify(new URL("../../../test/support/s3-server.ts", import.meta.url))};
  const { endpoint } = await serveS3(process.argv[1], 0);
  console.log(endpoint);
`;

/** S3 in a process of its own, which can be killed. */
async function startProcess(t: TestContext, directory: string) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [endpoint] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, endpoint };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-s3-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const put = (url: string, body: Uint8Array) => fetch(url, { method: "PUT", body });

test("what was answered survives kill -9, of any size", async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await startProcess(t, directory);
  assert.equal((await put(`${first.endpoint}/runctl-test`, new Uint8Array())).status, 200);
  const bodies = [0, 784, 20_000, 3_000_000].map((size) => randomBytes(size));
  const answers = await Promise.all(
    bodies.map((body, index) => put(`${first.endpoint}/runctl-test/${index}`, body)),
  );
  await kill(first.child);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  );

  const second = await startProcess(t, directory);
  for (const [index, body] of bodies.entries()) {
    const got = await fetch(`${second.endpoint}/runctl-test/${index}`);
    assert.deepEqual(Buffer.from(await got.arrayBuffer()), body);
  }
});

test("an upload that was cut off by kill -9 leaves no object and no file", async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await startProcess(t, directory);
  await put(`${first.endpoint}/runctl-test`, new Uint8Array());
  const upload = request(`${first.endpoint}/runctl-test/cut`, {
    method: "PUT",
    headers: { "content-length": 10_000_000 },
  });
  upload.on("error", () => undefined);
  upload.write(randomBytes(5_000_000));
  const pieces = join(directory, "pieces");
  while ((await readdir(pieces)).length === 0) await new Promise(setImmediate);
  await kill(first.child);
  assert.equal((await readdir(pieces)).length, 1);

  const second = await startProcess(t, directory);
  assert.deepEqual(await readdir(pieces), []);
  assert.equal((await fetch(`${second.endpoint}/runctl-test/cut`)).status, 404);
});

test("a client that goes away in the middle of its upload leaves no file", async (t) => {
  const directory = await temporaryDirectory(t);
  const { endpoint } = await startProcess(t, directory);
  await put(`${endpoint}/runctl-test`, new Uint8Array());
  const upload = request(`${endpoint}/runctl-test/cut`, {
    method: "PUT",
    headers: { "content-length": 10_000_000 },
  });
  upload.on("error", () => undefined);
  upload.write(randomBytes(5_000_000));
  const pieces = join(directory, "pieces");
  while ((await readdir(pieces)).length === 0) await new Promise(setImmediate);
  upload.destroy();
  while ((await readdir(pieces)).length > 0) await new Promise(setImmediate);
  assert.equal((await fetch(`${endpoint}/runctl-test/cut`)).status, 404);
});
