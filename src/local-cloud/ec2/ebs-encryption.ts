import type * as Sdk from "@aws-sdk/client-ec2";
import type { Ec2 } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import type { EbsEncryptionRow } from "./rows.ts";
import { checkKmsKey } from "./volume-limits.ts";

const managedKey = "alias/aws/ebs";
const key = "region";

export function ebsEncryption(ec2: Ec2): EbsEncryptionRow {
  return ec2.ebsEncryption.get(key) ?? { byDefault: false, kmsKeyId: undefined };
}

/** EC2 shows keys as ARNs; without one it takes the account's key for EBS. */
export function kmsKeyArn(ec2: Ec2, keyId = ebsEncryption(ec2).kmsKeyId ?? managedKey): string {
  if (keyId.startsWith("arn:")) return keyId;
  const resource = keyId.startsWith("alias/") ? keyId : `key/${keyId}`;
  return `arn:aws:kms:${ec2.region}:${ec2.accountId}:${resource}`;
}

export function getEbsEncryptionByDefault(
  ec2: Ec2,
  input: Sdk.GetEbsEncryptionByDefaultRequest,
): Sdk.GetEbsEncryptionByDefaultResult {
  stopIfDryRun(input);
  return { EbsEncryptionByDefault: ebsEncryption(ec2).byDefault };
}

export function setEbsEncryptionByDefault(
  ec2: Ec2,
  input: Sdk.EnableEbsEncryptionByDefaultRequest,
  byDefault: boolean,
): Sdk.EnableEbsEncryptionByDefaultResult {
  stopIfDryRun(input);
  ec2.ebsEncryption.put(key, { ...ebsEncryption(ec2), byDefault });
  return { EbsEncryptionByDefault: byDefault };
}

/** API GetEbsDefaultKmsKeyId: an alias for AWS's own key, else an ARN. */
export function getEbsDefaultKmsKeyId(
  ec2: Ec2,
  input: Sdk.GetEbsDefaultKmsKeyIdRequest,
): Sdk.GetEbsDefaultKmsKeyIdResult {
  stopIfDryRun(input);
  return { KmsKeyId: ebsEncryption(ec2).kmsKeyId ?? managedKey };
}

export function modifyEbsDefaultKmsKeyId(
  ec2: Ec2,
  input: Sdk.ModifyEbsDefaultKmsKeyIdRequest,
): Sdk.ModifyEbsDefaultKmsKeyIdResult {
  checkKmsKey(input.KmsKeyId, true);
  stopIfDryRun(input);
  const kmsKeyId = kmsKeyArn(ec2, input.KmsKeyId ?? managedKey);
  ec2.ebsEncryption.put(key, { ...ebsEncryption(ec2), kmsKeyId });
  return { KmsKeyId: kmsKeyId };
}

export function resetEbsDefaultKmsKeyId(
  ec2: Ec2,
  input: Sdk.ResetEbsDefaultKmsKeyIdRequest,
): Sdk.ResetEbsDefaultKmsKeyIdResult {
  stopIfDryRun(input);
  ec2.ebsEncryption.put(key, { ...ebsEncryption(ec2), kmsKeyId: undefined });
  return { KmsKeyId: managedKey };
}
