import { type ErrorCode, exitCodes } from "../../../errors.ts";
import { inOneLine, quoted } from "../../printable.ts";
import type { Report } from "../../../progress.ts";
import type { TransferProgress, TransferResult } from "../../../transfer/transfer-result.ts";

/** What was moved, as `--output json` prints it. */
export type TransferOutcome = TransferResult & {
  from: string;
  to: string;
  /** What had no counterpart at the source and was deleted at the destination. */
  deleted?: number;
};

export function renderOutcome(outcome: TransferOutcome): string {
  const lines = [`${outcome.from} -> ${outcome.to}: ${summary(outcome)}`];
  for (const { name, reason } of outcome.refused)
    lines.push(`refused  ${quoted(name)}: ${inOneLine(reason)}`);
  for (const { name, reason } of outcome.failed)
    lines.push(`failed   ${quoted(name)}: ${inOneLine(reason)}`);
  return lines.join("\n");
}

function summary(outcome: TransferOutcome): string {
  const { objects, moved, movedBytes, skipped, seconds, deleted = 0, retries } = outcome;
  const rate =
    seconds > 0.1 && movedBytes > 0 ? `, ${bytesText(Math.round(movedBytes / seconds))}/s` : "";
  return [
    `${count(objects, "object")} in place: ${moved} moved ` +
      `(${bytesText(movedBytes)} in ${seconds.toFixed(1)} s${rate})`,
    ...uncompared(outcome),
    `${skipped} there already`,
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    ...(retries > 0 ? [count(retries, "retry", "retries")] : []),
  ].join(", ");
}

/** That bytes have S3's checksum is the rule; where S3 has none or nobody looked, it is said. */
function uncompared({ moved, compared }: TransferOutcome): string[] {
  const without = moved - compared;
  return without > 0 ? [`${without} of them not compared with a checksum of S3's`] : [];
}

/** Also of a dry run, which may name what would be refused. */
export function outcomeExitCode({
  refused = [],
  failed = [],
}: {
  refused?: readonly unknown[];
  failed?: readonly unknown[];
}): number {
  const code: ErrorCode = "PARTLY_DONE";
  return refused.length + failed.length > 0 ? exitCodes[code] : 0;
}

/** How far it is, at most a few times a second. */
export function showProgress(report: Report, id: string): (progress: TransferProgress) => void {
  const rate = createRate();
  let last = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (now - last < 200) return;
    if (last === -Infinity) report({ kind: "step", id, label: id, state: "started" });
    last = now;
    const { bytes: done, totalBytes, isTotalKnown } = progress;
    const text = progressText(progress, rate(now, progress.movedBytes));
    const total = isTotalKnown ? totalBytes : undefined;
    report({ kind: "amount", id, done, total, unit: "bytes", text });
  };
}

/** Such as `1.2 GiB of 3.0 GiB, 120 of 300 objects, 310.0 MiB/s, 6 s left, 2 retries`. */
export function progressText(progress: TransferProgress, bytesPerSecond: number): string {
  const { bytes, objects, totalBytes, totalObjects, isTotalKnown, retries } = progress;
  const more = isTotalKnown ? "" : " or more";
  const left = (totalBytes - bytes) / bytesPerSecond;
  return [
    ...(totalObjects > 0
      ? [
          `${bytesText(bytes)} of ${bytesText(totalBytes)}${more}`,
          `${objects} of ${totalObjects}${more} ${totalObjects === 1 ? "object" : "objects"}`,
        ]
      : [bytesText(bytes), count(objects, "object")]),
    `${bytesText(Math.round(bytesPerSecond))}/s`,
    ...(isTotalKnown && Number.isFinite(left) ? [`${timeText(left)} left`] : []),
    ...(retries > 0 ? [count(retries, "retry", "retries")] : []),
  ].join(", ");
}

/** Bytes per second over the last seconds: a mean over all would hide that it has become slow. */
function createRate(): (nowMs: number, bytes: number) => number {
  const seen: { ms: number; bytes: number }[] = [];
  return (ms, bytes) => {
    seen.push({ ms, bytes });
    while (seen.length > 2 && ms - seen[0]!.ms > 10_000) seen.shift();
    const first = seen[0]!;
    return ms > first.ms ? (1000 * (bytes - first.bytes)) / (ms - first.ms) : 0;
  };
}

function timeText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 6_000) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

const count = (number: number, noun: string, plural = `${noun}s`) =>
  `${number} ${number === 1 ? noun : plural}`;
