import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import { downloadObject } from "../transfer/download-object.ts";
import { findObject } from "../transfer/find-object.ts";
import type { LoginUser } from "./login-user.ts";
import { unpackCode } from "./unpack-code.ts";

/** Brings `--code` from the staging bucket into a folder of the login user; a folder that is there is complete. */
export async function fetchCode(
  aws: Aws,
  { bucket, key, sha256 }: { bucket: string; key: string; sha256: string },
  folder: string,
  owner: LoginUser,
): Promise<void> {
  if (existsSync(folder)) return;
  const found = await findObject(aws, { bucket, key }, { retryMs: 120_000 });
  if (!found) {
    throw new RunctlError("NOT_FOUND", `the code s3://${bucket}/${key} is not in S3 any more`, {
      hint: "run the same `runctl aws create` line again: it stages the code",
    });
  }
  const archive = `${folder}.tar.zst`;
  await mkdir(dirname(folder), { recursive: true });
  await downloadObject(aws, { bucket, key, ...found }, archive);
  await unpackCode(archive, sha256, folder, owner);
  await rm(archive);
}
