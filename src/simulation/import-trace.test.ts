import assert from "node:assert/strict";
import { test } from "node:test";
import { importTrace, mergeTraces } from "./import-trace.ts";
import { hourMs, regionOf, spellsOf, type SpotTrace } from "./spot-trace.ts";
import type { TraceSource } from "./trace-source.ts";

const read = (text: string, more: Partial<TraceSource> = {}): SpotTrace =>
  importTrace({ name: "us-east-1a.trace", text, sign: undefined, tickSeconds: undefined, ...more });

const hoursUp = (trace: SpotTrace, at = 0, gang = 1) => {
  const { upMs, downMs } = spellsOf(trace.zones[at]!, trace.lengthMs, gang);
  return [...upMs].map((from, index) => [from / hourMs, (downMs[index] ?? 0) / hourMs]);
};

const ticks = (data: number[]) => JSON.stringify({ metadata: { gap_seconds: 3600 }, data });

test("run-length JSON is read: values alternate from the first, and prices have runs of their own", () => {
  const zone = { first: 0, runs: [1, 2, 3], price_values: [0.5, 0.7], price_runs: [4, 2] };
  const meta = { gap_seconds: 3600, on_demand_usd_h: 3.06 };
  const trace = read(JSON.stringify({ meta, zones: { "us-east-1a": zone } }));
  assert.deepEqual(hoursUp(trace), [[1, 3]]);
  assert.equal(trace.lengthMs, 6 * hourMs);
  assert.deepEqual([...trace.zones[0]!.prices!.fromMs], [0, 4 * hourMs]);
  assert.equal(trace.onDemandUsdPerHour, 3.06);
});

test("counts are read, and a gang is up where its number is there", () => {
  const zones = { z1: { values: [16, 3, 8], runs: [1, 1, 2] } };
  const trace = read(JSON.stringify({ meta: { gap_seconds: 3600 }, zones }));
  assert.equal(trace.kind, "count");
  assert.deepEqual(hoursUp(trace), [[0, 4]]);
  assert.deepEqual(hoursUp(trace, 0, 8), [
    [0, 1],
    [2, 4],
  ]);
});

test("ticks of 0 and 1 are refused until somebody says what a 1 means", () => {
  assert.throws(() => read(ticks([1, 1, 0])), { code: "USAGE", message: /available or preempted/ });
  assert.deepEqual(hoursUp(read(ticks([1, 1, 0]), { sign: "available" })), [[0, 2]]);
  assert.deepEqual(hoursUp(read(ticks([1, 1, 0]), { sign: "preempted" })), [[2, 3]]);
});

test("CSV is read by its columns, whose name is the sign", () => {
  const csv = "time,zone,preempted,price\n0,a1,0,0.5\n3600,a1,1,0.6\n7200,a1,0,0.6\n";
  assert.deepEqual(hoursUp(read(csv)), [
    [0, 1],
    [2, 3],
  ]);
  const iso = "timestamp,capacity\n2026-01-01T00:00:00Z,4\n2026-01-01T01:00:00Z,0\n";
  assert.deepEqual(hoursUp(read(iso), 0, 4), [[0, 1]]);
  assert.throws(() => read("time,value\n0,1\n60,0\n"), { code: "USAGE" });
  for (const row of ["0,one", "0,2", "0,1,-1", "0,1,abc", "soon,1"])
    assert.throws(() => read(`time,available,price\n${row}\n60,1\n`), {
      code: "USAGE",
      message: /line 2/,
    });
});

test("what is no trace is refused with its name", () => {
  for (const text of ["", "{", "{}", '{"zones":{"a":{"runs":[-1]}}}', "a,b\n1,2\n", "[1]"])
    assert.throws(() => read(text), { code: "USAGE", message: /us-east-1a\.trace/ }, text);
});

test("files of one zone each stand side by side; the same zone twice is refused", () => {
  const a = read(ticks([1, 0, 1]), { sign: "available", name: "us-east-1a_v100_1.json" });
  const b = read(ticks([0, 1]), { sign: "available", name: "us-east-1b.json" });
  const both = mergeTraces([a, b]);
  assert.deepEqual(
    both.zones.map(({ zone }) => zone),
    ["us-east-1a", "us-east-1b"],
  );
  assert.equal(both.lengthMs, 2 * hourMs);
  assert.throws(() => mergeTraces([a, a]), { code: "USAGE" });
});

test("the origin names the file's content", () => {
  assert.match(read(ticks([1]), { sign: "available" }).origin, /sha256 [0-9a-f]{16}$/);
});

test("regions are read from the names of zones of AWS and of others", () => {
  const names = ["us-east-1a", "use1-az4", "us-central1-b", "us-west-2b_v100_1"];
  assert.deepEqual(names.map(regionOf), ["us-east-1", "use1", "us-central1", "us-west-2"]);
});
