import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { AdviseInput } from "./advise-input.ts";
import { askForRest } from "./questions.ts";

const nothing: AdviseInput = {
  dataset: undefined,
  objects: undefined,
  bytesPerStep: undefined,
  stepTime: undefined,
  ingest: undefined,
  passes: undefined,
  checkpoint: undefined,
  instanceType: [],
  inRegion: [],
  hours: undefined,
  restarts: undefined,
  nodes: undefined,
  delayValue: undefined,
  pricePerHour: undefined,
  onDemand: false,
  zones: undefined,
  s3Rate: undefined,
  volumeType: undefined,
  throughput: undefined,
  deadline: undefined,
  work: undefined,
  grace: undefined,
  price: [],
};

/** Somebody who answers each question with the next of the lines, then ends the input. */
function person(answers: readonly string[], isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  let seen = "";
  const left = [...answers];
  output.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
    if (!text.endsWith("]: ")) return;
    const next = left.shift();
    if (next === undefined) input.end();
    else input.write(`${next}\n`);
  });
  return { input, output, signal: new AbortController().signal, seen: () => seen };
}

test("at a terminal, what was not given is asked for; an empty answer takes the default", async () => {
  const someone = person([
    "150MB",
    "500ms",
    "1TB",
    "",
    "",
    "p4d.24xlarge",
    "",
    "",
    "30/month",
    "",
    "50",
  ]);
  const input = await askForRest(nothing, someone);
  assert.equal(input.bytesPerStep, 150e6);
  assert.equal(input.stepTime, 500);
  assert.equal(input.dataset, 1e12);
  assert.deepEqual(input.instanceType, ["p4d.24xlarge"]);
  assert.equal(input.objects, undefined);
  assert.equal(input.restarts, 30);
  assert.equal(input.delayValue, 50);
});

test("an answer that does not fit is asked for again, with the reason", async () => {
  const someone = person(["", "500", "500GiB", "", "", "", "", "", "", "", ""]);
  const input = await askForRest(nothing, someone);
  assert.equal(input.dataset, 500 * 2 ** 30);
  assert.match(someone.seen(), /'500' has no unit \(GB is 10\^9 bytes/);
});

test("Ctrl-D at a question ends it as an interruption", async () => {
  await assert.rejects(askForRest(nothing, person([""])), { code: "INTERRUPTED" });
});

test("with the dataset as a flag, or without a terminal, nothing is asked", async () => {
  const given = { ...nothing, dataset: 1e9 };
  assert.equal(await askForRest(given, person([])), given);
  assert.equal(await askForRest(nothing, person([], false)), nothing);
});
