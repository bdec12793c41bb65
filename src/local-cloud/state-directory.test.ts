import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { readConnection } from "./connection.ts";
import { freeLocalCloud } from "./free-local-cloud.ts";
import { startLocalCloud } from "./start-local-cloud.ts";
import { defaultStateDirectory } from "./state-directory.ts";

test("a connection is found while the server runs, and its secrets are the owner's alone", async (t) => {
  const { stateDirectory, cloud, endpoint } = await startTestCloud(t);
  const connection = await readConnection(stateDirectory);
  assert.deepEqual(connection, cloud.connection);
  assert.equal(connection?.endpoint, endpoint);
  assert.equal((await stat(stateDirectory)).mode & 0o777, 0o700);
  for (const file of ["keys.json", "running.json"]) {
    assert.equal((await stat(join(stateDirectory, file))).mode & 0o777, 0o600);
  }
  await cloud.stop();
  assert.equal(await readConnection(stateDirectory), undefined);
});

test("a directory of something else is left as it is", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "runctl-not-ours-"));
  t.after(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "thesis.tex"), "");
  await chmod(directory, 0o755);

  const refused = { code: "REFUSED", message: /it has 'thesis.tex'/ };
  await assert.rejects(startLocalCloud({ stateDirectory: directory, backend: "null" }), refused);
  await assert.rejects(freeLocalCloud(directory), refused);

  assert.deepEqual(await readdir(directory), ["thesis.tex"]);
  assert.equal((await stat(directory)).mode & 0o777, 0o755);
});

test("what a server that was killed at its start has left is no hindrance", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "runctl-killed-"));
  t.after(() => rm(directory, { recursive: true }));
  for (const name of ["server.log", "lock.sqlite", "lock.sqlite-journal", "keys.json.1234"])
    await writeFile(join(directory, name), "");
  await startTestCloud(t, { stateDirectory: directory });
});

test("a second server in the same directory is refused", async (t) => {
  const { stateDirectory } = await startTestCloud(t);
  await assert.rejects(startLocalCloud({ stateDirectory, backend: "null" }), { code: "CONFLICT" });
});

test("a server that was killed is not taken for a running one, and the next starts at once", async (t) => {
  const { stateDirectory, cloud } = await startTestCloud(t);
  const running = join(stateDirectory, "running.json");
  const left = JSON.parse(await readFile(running, "utf8")) as object;
  await cloud.stop();
  // Its number has been given to another process since.
  await writeFile(running, JSON.stringify({ ...left, started: "long ago" }));
  assert.equal(await readConnection(stateDirectory), undefined);
  const next = await startTestCloud(t, { stateDirectory });
  assert.deepEqual(await readConnection(stateDirectory), next.cloud.connection);
});

test("the keys of a directory stay, and no two directories share them", async (t) => {
  const first = await startTestCloud(t);
  await first.cloud.stop();
  const again = await startTestCloud(t, { stateDirectory: first.stateDirectory });
  assert.deepEqual(again.credentials, first.credentials);
  const other = await startTestCloud(t);
  assert.notEqual(other.credentials.secretAccessKey, first.credentials.secretAccessKey);
});

test("the state directory is where the user says, else below the state home", () => {
  assert.equal(defaultStateDirectory({ RUNCTL_STATE_DIR: "/a" }), "/a");
  assert.equal(defaultStateDirectory({ XDG_STATE_HOME: "/b" }), "/b/runctl/local-cloud");
  assert.match(defaultStateDirectory({}), /\.local\/state\/runctl\/local-cloud$/);
});
