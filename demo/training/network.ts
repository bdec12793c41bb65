import type { Random } from "./random.ts";

export const pixels = 784;
export const hidden = 128;
export const classes = 10;

/** 784 → 128 (ReLU) → 10 (softmax). Weights are rows of the layer's outputs. */
export interface Network {
  hiddenWeights: Float32Array;
  hiddenBias: Float32Array;
  outWeights: Float32Array;
  outBias: Float32Array;
}

export function freshNetwork(random: Random): Network {
  const weights = (length: number, scale: number) =>
    Float32Array.from({ length }, () => (random.next() - 0.5) * scale);
  return {
    hiddenWeights: weights(hidden * pixels, 0.1),
    hiddenBias: new Float32Array(hidden),
    outWeights: weights(classes * hidden, 0.5),
    outBias: new Float32Array(classes),
  };
}

const activation = new Float32Array(hidden);
const probability = new Float32Array(classes);
const hiddenGradient = new Float32Array(hidden);

/** Leaves the hidden layer in `activation` and the softmax in `probability`. */
function forward(network: Network, image: Float32Array): void {
  const { hiddenWeights, hiddenBias, outWeights, outBias } = network;
  for (let unit = 0; unit < hidden; unit += 1) {
    let sum = hiddenBias[unit]!;
    const row = unit * pixels;
    for (let pixel = 0; pixel < pixels; pixel += 1)
      sum += hiddenWeights[row + pixel]! * image[pixel]!;
    activation[unit] = sum > 0 ? sum : 0;
  }
  let most = -Infinity;
  for (let label = 0; label < classes; label += 1) {
    let sum = outBias[label]!;
    const row = label * hidden;
    for (let unit = 0; unit < hidden; unit += 1) sum += outWeights[row + unit]! * activation[unit]!;
    probability[label] = sum;
    if (sum > most) most = sum;
  }
  let total = 0;
  for (let label = 0; label < classes; label += 1) {
    probability[label] = Math.exp(probability[label]! - most);
    total += probability[label]!;
  }
  for (let label = 0; label < classes; label += 1) probability[label] = probability[label]! / total;
}

/** One step of SGD: the batch's images one after the other, each with its share of the rate. */
export function trainStep(
  network: Network,
  batch: readonly number[],
  images: readonly Float32Array[],
  labels: readonly number[],
  learningRate: number,
): void {
  const rate = learningRate / batch.length;
  for (const index of batch) {
    const image = images[index]!;
    forward(network, image);
    probability[labels[index]!]! -= 1;
    backward(network, image, rate);
  }
}

function backward(network: Network, image: Float32Array, rate: number): void {
  const { hiddenWeights, hiddenBias, outWeights, outBias } = network;
  hiddenGradient.fill(0);
  for (let label = 0; label < classes; label += 1) {
    const gradient = probability[label]!;
    const row = label * hidden;
    for (let unit = 0; unit < hidden; unit += 1) {
      hiddenGradient[unit]! += gradient * outWeights[row + unit]!;
      outWeights[row + unit]! -= rate * gradient * activation[unit]!;
    }
    outBias[label]! -= rate * gradient;
  }
  for (let unit = 0; unit < hidden; unit += 1) {
    if (activation[unit]! <= 0) continue;
    const gradient = rate * hiddenGradient[unit]!;
    const row = unit * pixels;
    for (let pixel = 0; pixel < pixels; pixel += 1)
      hiddenWeights[row + pixel]! -= gradient * image[pixel]!;
    hiddenBias[unit]! -= gradient;
  }
}

/** Share of `indexes` that the network names right. */
export function accuracy(
  network: Network,
  indexes: readonly number[],
  images: readonly Float32Array[],
  labels: readonly number[],
): number {
  let right = 0;
  for (const index of indexes) {
    forward(network, images[index]!);
    const best = probability.indexOf(Math.max(...probability));
    if (best === labels[index]) right += 1;
  }
  return right / indexes.length;
}
