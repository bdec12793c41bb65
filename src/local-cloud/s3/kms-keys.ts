import type { StoredObject } from "./index/object-rows.ts";
import type { ObjectStore, S3Request } from "./s3-request.ts";

const keyHeader = "x-amz-server-side-encryption-aws-kms-key-id";

/**
 * Asks the policies for the key of KMS that encrypts an object, as S3 uses it in the caller's name. S3 user guide,
 * "Using server-side encryption with AWS KMS keys", permissions: `kms:Decrypt` to read, `kms:GenerateDataKey` to write.
 * Without a key of one's own it is the account's key for S3, which all who may use S3 may use.
 */
export function requireKey(
  action: "kms:Decrypt" | "kms:GenerateDataKey",
  headers: StoredObject["headers"],
  { signed }: S3Request,
  { region, accountId }: ObjectStore,
): void {
  const key = headers[keyHeader];
  if (key === undefined || /(^|:)alias\//.test(key)) return;
  const resource = key.startsWith("arn:") ? key : `arn:aws:kms:${region}:${accountId}:key/${key}`;
  const context = { "kms:ViaService": `s3.${region}.amazonaws.com` };
  signed.authorize([{ action, resource, context }]);
}
