import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { recordingServer } from "../../test/support/recording-server.ts";
import { RunctlError } from "../errors.ts";
import { type ConnectOptions, connect } from "./connect.ts";
import { callerIdentity } from "./sts.ts";

function optionsFor(endpointUrl: string): ConnectOptions {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  return { region: "us-east-1", endpointUrl, credentials, maxAttempts: 1 };
}

test("a call that gets no answer fails, says how long it waited and what to check", async (t) => {
  const silent = await recordingServer(t, "never");
  const aws = connect({ ...optionsFor(silent.url), patience: { silentMs: 200 } });

  await assert.rejects(callerIdentity(aws), {
    code: "UNREACHABLE",
    message: "sts:GetCallerIdentity: AWS cannot be reached: no answer in 0.2 s",
    hint: "check the network, --region and --endpoint-url",
  });
});

test("an aborted signal ends the calls that are under way, with its reason, and none that begin later", async (t) => {
  const silent = await recordingServer(t, "never");
  const interruption = new AbortController();
  const aws = connect({
    ...optionsFor(silent.url),
    signal: interruption.signal,
    patience: { silentMs: 300 },
  });
  const reason = new RunctlError("INTERRUPTED", "interrupted");

  const hanging = callerIdentity(aws);
  await silent.first;
  interruption.abort(reason);

  await assert.rejects(hanging, reason);
  await assert.rejects(callerIdentity(aws), { code: "UNREACHABLE" });
  assert.equal(silent.requests.length, 2);
});

test("a call outlasts an outage for as long as it was told to", async (t) => {
  const stateDirectory = await mkdtemp(join(tmpdir(), "runctl-outage-"));
  const before = await startTestCloud(t, { stateDirectory });
  t.after(() => rm(stateDirectory, { recursive: true, force: true }));
  const options = { ...before.connectOptions, maxAttempts: 1 };
  await before.cloud.stop();
  await assert.rejects(callerIdentity(connect(options)), { code: "UNREACHABLE" });

  const waiting = callerIdentity(connect({ ...options, outlastMs: 60_000 }));
  const port = Number(new URL(before.endpoint).port);
  await startTestCloud(t, { stateDirectory, port });

  assert.equal((await waiting).accountId, "000000000000");
});
