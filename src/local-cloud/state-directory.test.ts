import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { readConnection } from "./connection.ts";
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
