// A small network that learns handwritten digits by SGD. It shows what a training program needs so that an
// interruption costs nothing: it resumes from the newest complete checkpoint, and saves one on SIGTERM.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { newestCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { accuracy, freshNetwork, trainStep } from "./network.ts";
import { Random } from "./random.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    checkpoints: { type: "string" },
    steps: { type: "string", default: "3000" },
    every: { type: "string", default: "100" },
  },
});
if (!values.data || !values.checkpoints) {
  throw new Error("usage: train.ts --data DIR --checkpoints DIR [--steps N] [--every N]");
}
const steps = Number(values.steps);
const every = Number(values.every);
const batchSize = 32;
const learningRate = 0.3;
const heldOut = 1_000;

function say(event: string, facts: Record<string, number | string> = {}): void {
  process.stdout.write(`${JSON.stringify({ event, at: Date.now(), ...facts })}\n`);
}

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());

const { images, labels } = await loadDigits(values.data);
// The split must be the same in every run, whatever step it resumes from.
const order = new Random(7).shuffle(images.length);
const trainSet = order.slice(heldOut);
const saved = newestCheckpoint(values.checkpoints);
const network = saved?.network ?? freshNetwork(new Random(42));
const random = new Random(saved?.randomState ?? 1);
let step = saved?.step ?? 0;
say("start", { step, images: images.length });

while (step < steps && !stop.signal.aborted) {
  const batch = Array.from({ length: batchSize }, () => trainSet[random.below(trainSet.length)]!);
  trainStep(network, batch, images, labels, learningRate);
  step += 1;
  if (step % every === 0) save();
  if (step % 10 === 0) say("step", { step });
  // Signals are delivered between turns of the event loop only.
  await new Promise((resolve) => setImmediate(resolve));
}

if (stop.signal.aborted) {
  say("sigterm", { step });
  save();
  process.exitCode = 143;
} else {
  save();
  const share = accuracy(network, order.slice(0, heldOut), images, labels);
  say("done", { step, accuracy: share });
}

function save(): void {
  saveCheckpoint(values.checkpoints!, { step, network, randomState: random.state });
  say("saved", { step });
}

/**
 * Files of 784 bytes, one grey value a pixel; `labels.txt` has a line `name label` for each. Read side by side, as any
 * data loader does: a disk answers many small reads together much sooner than one after the other.
 */
async function loadDigits(
  directory: string,
): Promise<{ images: Float32Array[]; labels: number[] }> {
  const lines = (await readFile(join(directory, "labels.txt"), "utf8")).trim().split("\n");
  const digits = lines.map((line) => line.split(" ") as [name: string, label: string]);
  const loaded: Float32Array[] = [];
  let next = 0;
  const reader = async () => {
    for (let at = next++; at < digits.length; at = next++) {
      const bytes = await readFile(join(directory, "digits", digits[at]![0]));
      loaded[at] = Float32Array.from(bytes, (grey) => grey / 255);
    }
  };
  await Promise.all(Array.from({ length: 32 }, reader));
  return { images: loaded, labels: digits.map(([, label]) => Number(label)) };
}
