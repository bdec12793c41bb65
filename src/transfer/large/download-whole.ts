import { checksumOfHeaders } from "../s3/object-headers.ts";
import { wrongBytes } from "../download/wanted-object.ts";
import { type RightFile, checkObject, rangeAlgorithm } from "./check-object.ts";
import { type ByteSource, fetchWhole } from "./fetch-range.ts";
import { partSizesOf } from "./stored-object.ts";
import { readBack } from "./read-ranges.ts";

/**
 * Brings an object to its file by one request: for those that are not worth a question before, nor a journal.
 *
 * @throws RunctlError VERIFICATION_FAILED when the bytes were wrong twice.
 */
export async function downloadWhole(source: ByteSource, verify: boolean): Promise<RightFile> {
  const { file, pool, object, signal } = source;
  const { sizeBytes } = object;
  await file.truncate(sizeBytes);
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const { headers, pieces } = await fetchWhole(source, algorithmOf);
    const compared = checksumOfHeaders(headers);
    const partSizes = compared?.parts ? await partSizesOf(source, compared.parts) : undefined;
    const algorithm = algorithmOf(headers);
    const arrived = { file, pool, sizeBytes, pieces, algorithm, stored: compared, partSizes };
    const checksum = await checkObject(arrived);
    if (!checksum) continue;
    const range = { first: 0, lengthBytes: sizeBytes, pieceLengths: [sizeBytes] };
    const there = new Map([[0, pieces]]);
    const reading = { file, pool, algorithm, signal };
    if (verify && (await readBack(reading, [range], there)).length > 0) continue;
    return { checksum, compared, headers };
  }
  throw wrongBytes(object);
}

/** Where the parts end is not known before the bytes come: a composite checksum is taken of the file. */
function algorithmOf(headers: ReadonlyMap<string, string>) {
  const stored = checksumOfHeaders(headers);
  return stored?.parts === undefined ? rangeAlgorithm(stored) : "CRC64NVME";
}
