import type { ManifestFile } from "../../manifest.ts";
import type { DownloadJob, PlacedObject } from "../download-job.ts";
import { attributesFor } from "./object-attributes.ts";
import { writeSmall } from "./write-small.ts";

interface ArrivedBytes {
  bytes: Uint8Array;
  /** Of S3's answer, names in lower case. */
  headers: ReadonlyMap<string, string>;
  checksum: ManifestFile["checksum"];
}

/** Makes the file of a small object that is in memory. @returns its note */
export function placeSmall(
  { target }: Pick<DownloadJob, "target">,
  { object, path }: Pick<PlacedObject, "object" | "path">,
  { bytes, headers, checksum }: ArrivedBytes,
): ManifestFile {
  const attributes = attributesFor(headers, object.modifiedMs);
  target.requireSame(path);
  writeSmall(`${target.root}/${path}`, bytes, attributes);
  const { key, etag, sizeBytes } = object;
  return { path, key, sizeBytes, etag, modifiedMs: attributes.modifiedMs, checksum };
}
