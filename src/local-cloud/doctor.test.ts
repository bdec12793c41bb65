import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { examineComputer, installMissing, whyNoKernelBackend } from "./doctor.ts";

test("the backend follows from what is missing, and the reason names it", async (t) => {
  const stateDirectory = await mkdtemp(join(tmpdir(), "runctl-doctor-"));
  t.after(() => rm(stateDirectory, { recursive: true }));
  const examination = await examineComputer({ stateDirectory });
  const missing = examination.findings.filter(({ state }) => state === "missing");

  assert.equal(examination.backend, missing.length === 0 ? "kernel" : "null");
  const reason = whyNoKernelBackend(examination);
  if (missing.length === 0) assert.equal(reason, undefined);
  for (const { name } of missing) assert.ok(reason?.includes(name));
});

test("nothing is installed when nothing is missing", async () => {
  const findings = [
    { name: "curl", state: "ok" as const, detail: "/usr/bin/curl", debianPackage: "curl" },
  ];
  assert.deepEqual(
    await installMissing({ backend: "kernel", reason: "", findings }, () => undefined),
    [],
  );
});
