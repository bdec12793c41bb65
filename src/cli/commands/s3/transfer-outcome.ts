import { type ErrorCode, exitCodes } from "../../../errors.ts";
import type { Report } from "../../../progress.ts";
import type { TransferProgress, TransferResult } from "../../../transfer/transfer-result.ts";

/** What was moved, as `--output json` prints it. */
export type TransferOutcome = Omit<TransferResult, "files"> & { from: string; to: string };

export function renderOutcome(outcome: TransferOutcome): string {
  const { objects, moved, movedBytes, skipped, seconds } = outcome;
  const lines = [
    `${outcome.from} -> ${outcome.to}: ${count(objects, "object")} in place: ` +
      `${moved} moved (${bytesText(movedBytes)} in ${seconds.toFixed(1)} s), ${skipped} there already`,
  ];
  for (const { name, reason } of outcome.refused) lines.push(`refused  ${quoted(name)}: ${reason}`);
  for (const { name, reason } of outcome.failed) lines.push(`failed   ${quoted(name)}: ${reason}`);
  return lines.join("\n");
}

export function outcomeExitCode({ refused, failed }: TransferOutcome): number {
  const code: ErrorCode = "PARTLY_DONE";
  return refused.length + failed.length > 0 ? exitCodes[code] : 0;
}

/** Bytes as they come, at most a few times a second. */
export function showProgress(report: Report, id: string): (progress: TransferProgress) => void {
  let last = 0;
  return ({ bytes }) => {
    const now = performance.now();
    if (now - last < 200) return;
    last = now;
    report({ kind: "amount", id, done: bytes, total: undefined, unit: "bytes" });
  };
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Keys may hold line breaks and terminal codes. */
const quoted = (name: string) => JSON.stringify(name);
