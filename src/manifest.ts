import * as z from "zod/mini";
import { checksumAlgorithms } from "./object-checksum.ts";

// The list of files that a volume was filled with, as it stands on the volume: a line of JSON for
// the header, one per file, one for the end. Without times, so that the same files give the same hash.

/** Where the list is, relative to the root of the volume. */
export const manifestPath = ".runctl/manifest";

const version = 2;

const headerSchema = z.object({
  runctl: z.literal("manifest"),
  // Version 1 had the SHA-256 of every file, and S3's own checksum beside it, which may be one of parts.
  version: z.union([z.literal(1), z.literal(version)]),
  /** s3://bucket/prefix/ */
  source: z.string(),
});

const placeMembers = {
  /** Relative to the root of the volume. */
  path: z.string(),
  key: z.string(),
  sizeBytes: z.number(),
  etag: z.string(),
  /** Of the file, in milliseconds since 1970. */
  modifiedMs: z.number(),
};

const fileSchema = z.object({
  ...placeMembers,
  /** Of the whole file: S3's own, which the bytes were compared with; where S3 has none, taken of what came. */
  checksum: z.object({ algorithm: z.enum(checksumAlgorithms), value: z.string() }),
});

const firstFileSchema = z.object({
  ...placeMembers,
  /** Hex. */
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

const endSchema = z.object({ end: z.literal(true), files: z.number(), bytes: z.number() });

export type ManifestFile = z.infer<typeof fileSchema>;

/** Must come first, then the files in a fixed order, that of S3's listing, then the end. */
export function formatManifestHeader(source: string): string {
  return `${JSON.stringify({ runctl: "manifest", version, source })}\n`;
}

/** @returns the source. @throws Error on a line that is not the header of a version that is known. */
export function readManifestHeader(line: string): string {
  return headerSchema.parse(JSON.parse(line)).source;
}

/** Proves that the list is whole. @param sum of the files before it. */
export function formatManifestEnd(sum: { files: number; bytes: number }): string {
  return `${JSON.stringify({ end: true, ...sum })}\n`;
}

/** Undefined for any other line. */
export function readManifestEnd(line: string): { files: number; bytes: number } | undefined {
  return line.startsWith('{"end":') ? endSchema.parse(JSON.parse(line)) : undefined;
}

/** One line. The members stand in one order whatever order they were made in; the path is first. */
export function formatManifestFile(file: ManifestFile): string {
  const { path, key, sizeBytes, etag, modifiedMs, checksum } = file;
  const { algorithm, value } = checksum;
  const line = { path, key, sizeBytes, etag, modifiedMs, checksum: { algorithm, value } };
  return `${JSON.stringify(line)}\n`;
}

/** @throws Error on a line that is not a file's. */
export function parseManifestFile(line: string): ManifestFile {
  return asFile(JSON.parse(line));
}

function asFile(value: unknown): ManifestFile {
  if (typeof value !== "object" || value === null || !("sha256" in value)) {
    return fileSchema.parse(value);
  }
  const { sha256, ...place } = firstFileSchema.parse(value);
  const base64 = Buffer.from(sha256, "hex").toString("base64");
  return { ...place, checksum: { algorithm: "SHA256", value: base64 } };
}
