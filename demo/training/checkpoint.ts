import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { classes, hidden, type Network, pixels } from "./network.ts";

export interface Checkpoint {
  step: number;
  randomState: number;
  network: Network;
}

const kept = 3;
const lengths = [hidden * pixels, hidden, classes * hidden, classes] as const;
const headerBytes = 8;
const hashBytes = 32;

/** Complete or not there: a temporary file, fsync, rename, fsync of the directory. */
export function saveCheckpoint(directory: string, checkpoint: Checkpoint): void {
  const name = `checkpoint-${String(checkpoint.step).padStart(8, "0")}.bin`;
  const temporary = join(directory, `${name}.part`);
  const file = openSync(temporary, "w");
  writeSync(file, encode(checkpoint));
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, join(directory, name));
  const parent = openSync(directory, "r");
  fsyncSync(parent);
  closeSync(parent);
  for (const old of names(directory).slice(kept)) rmSync(join(directory, old));
}

/** The newest one whose hash is right; undefined when there is none. */
export function newestCheckpoint(directory: string): Checkpoint | undefined {
  for (const name of names(directory)) {
    const checkpoint = decode(readFileSync(join(directory, name)));
    if (checkpoint) return checkpoint;
  }
  return undefined;
}

/** Newest first. */
function names(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => /^checkpoint-\d{8}\.bin$/.test(name))
    .toSorted()
    .toReversed();
}

function encode({ step, randomState, network }: Checkpoint): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(step, 0);
  header.writeUInt32LE(randomState, 4);
  const layers = [
    network.hiddenWeights,
    network.hiddenBias,
    network.outWeights,
    network.outBias,
  ].map((layer) => Buffer.from(layer.buffer, layer.byteOffset, layer.byteLength));
  const body = Buffer.concat([header, ...layers]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

function decode(bytes: Buffer): Checkpoint | undefined {
  const bodyBytes = headerBytes + 4 * lengths.reduce((sum, length) => sum + length, 0);
  if (bytes.length !== bodyBytes + hashBytes) return undefined;
  const body = bytes.subarray(0, bodyBytes);
  if (!createHash("sha256").update(body).digest().equals(bytes.subarray(bodyBytes)))
    return undefined;
  let at = headerBytes;
  const [hiddenWeights, hiddenBias, outWeights, outBias] = lengths.map((length) => {
    const layer = new Float32Array(length);
    for (let index = 0; index < length; index += 1) layer[index] = body.readFloatLE(at + 4 * index);
    at += 4 * length;
    return layer;
  });
  return {
    step: body.readUInt32LE(0),
    randomState: body.readUInt32LE(4),
    network: {
      hiddenWeights: hiddenWeights!,
      hiddenBias: hiddenBias!,
      outWeights: outWeights!,
      outBias: outBias!,
    },
  };
}
