import { createHash } from "node:crypto";
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

export interface Manifest {
  source: string;
  /** In the order of the file; reading it to the end proves that the list is whole. */
  files: AsyncIterable<ManifestFile>;
}

/** The manifest in pieces of many lines. Files must come in a fixed order: that of S3's listing. */
export function* formatManifest(
  source: string,
  files: Iterable<ManifestFile>,
): Generator<string, void> {
  let lines = `${JSON.stringify({ runctl: "manifest", version, source })}\n`;
  let count = 0;
  let bytes = 0;
  for (const file of files) {
    lines += formatManifestFile(file);
    count += 1;
    bytes += file.sizeBytes;
    if (lines.length >= pieceLength) {
      yield lines;
      lines = "";
    }
  }
  yield `${lines}${JSON.stringify({ end: true, files: count, bytes })}\n`;
}

const pieceLength = 64 * 1024;

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
  const checksum = { algorithm: "SHA256", value: Buffer.from(sha256, "hex").toString("base64") };
  return { ...place, checksum } as const;
}

/** @throws Error where the text is not a whole manifest of this version; for `files`, while they are read. */
export async function parseManifest(pieces: AsyncIterable<string>): Promise<Manifest> {
  const lines = linesOf(pieces);
  const first = await lines.next();
  if (first.done) throw new Error("the manifest is empty");
  return { source: headerSchema.parse(JSON.parse(first.value)).source, files: filesOf(lines) };
}

async function* filesOf(lines: AsyncIterable<string>): AsyncGenerator<ManifestFile> {
  let count = 0;
  let bytes = 0;
  let isWhole = false;
  for await (const line of lines) {
    if (isWhole) throw new Error("the manifest goes on after its end");
    const value: unknown = JSON.parse(line);
    if (isEnd(value)) {
      const end = endSchema.parse(value);
      isWhole = end.files === count && end.bytes === bytes;
      if (!isWhole) throw new Error(`the manifest says ${end.files} files and has ${count}`);
      continue;
    }
    const file = asFile(value);
    count += 1;
    bytes += file.sizeBytes;
    yield file;
  }
  if (!isWhole) throw new Error("the manifest has no end");
}

const isEnd = (value: unknown) => typeof value === "object" && value !== null && "end" in value;

/** Lines that end in a newline; a torn last one is left out. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** What stands in the tag `runctl:manifest`: hex SHA-256 of the manifest's bytes. */
export function manifestHash(pieces: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}
