import assert from "node:assert/strict";
import { test } from "node:test";
import { bootFailure } from "./boot-failure.ts";

const fetching = "runctl: fetching s3://staging/agent/a.mjs";
const refused =
  "runctl: s3:GetObject agent/a.mjs: curl: (22) The requested URL returned error: 403";

test("a boot that could not fetch says what and of what cause", () => {
  const text = [
    fetching,
    refused,
    refused,
    "runctl: FAILED: cannot fetch s3://staging/agent/a.mjs: power off",
  ];

  assert.equal(
    bootFailure(`kernel\r\n${text.join("\r\n")}\r\n[  3.1] reboot: Power down\r\n`),
    "cannot fetch s3://staging/agent/a.mjs: s3:GetObject agent/a.mjs: curl: (22) The requested URL returned error: 403",
  );
});

test("an agent that never reported is told without what the boot had to try twice", () => {
  const text = [refused, "runctl: agent started", "runctl: no sign of life: power off"].join("\n");

  assert.equal(bootFailure(text), "no sign of life");
});

test("a boot that went well is no failure", () => {
  assert.equal(bootFailure(`${fetching}\nrunctl: agent started\nmachine: power off\n`), undefined);
  assert.equal(bootFailure(""), undefined);
});
