import assert from "node:assert/strict";
import { test } from "node:test";
import { type RawGlobals, readGlobalOptions } from "./global-options.ts";

const read = (raw: RawGlobals, env: Record<string, string> = {}) =>
  readGlobalOptions(raw, { env, cwd: "/work-here", isTerminal: false });

test("--local excludes what leads to AWS", () => {
  for (const other of ["profile", "endpoint-url"]) {
    assert.throws(() => read({ local: true, [other]: "http://x" }), { code: "USAGE" });
  }
  assert.equal(read({ local: true }).local, true);
});

test("a state directory may be relative, or come from RUNCTL_STATE_DIR; the flag wins", () => {
  assert.equal(read({ "state-dir": "./cloud" }).stateDirectory, "/work-here/cloud");
  assert.equal(read({}, { RUNCTL_STATE_DIR: "/a" }).stateDirectory, "/a");
  assert.equal(read({ "state-dir": "/b" }, { RUNCTL_STATE_DIR: "/a" }).stateDirectory, "/b");
});

test("NO_COLOR, --no-color and a dumb terminal mean plain text", () => {
  assert.equal(read({}).color, true);
  assert.equal(read({}, { NO_COLOR: "" }).color, false);
  assert.equal(read({ "no-color": true }).color, false);
  assert.equal(read({}, { TERM: "dumb" }).color, false);
});

test("a region, an endpoint or a format that can be none is refused", () => {
  assert.throws(() => read({ region: "us east" }), { code: "USAGE", message: /'us east'/ });
  assert.throws(() => read({ "endpoint-url": "foo" }), { code: "USAGE", message: /'foo'/ });
  assert.throws(() => read({ output: "yaml" }), { code: "USAGE", message: /'yaml'/ });
  assert.equal(read({ region: "us-gov-west-1" }).region, "us-gov-west-1");
});
