import assert from "node:assert/strict";
import { test } from "node:test";
import { requireLocalCloud } from "./require-local-cloud.ts";

test("where no local cloud runs, it is said how to start one and how to name one that runs elsewhere", async () => {
  await assert.rejects(requireLocalCloud("/nowhere"), {
    code: "CONFIGURATION",
    message: "no local cloud runs in /nowhere",
    hint: /local up --detach; .* --state-dir D or RUNCTL_STATE_DIR$/,
  });
});
