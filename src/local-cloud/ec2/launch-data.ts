import type { InstanceMetadataOptionsRequest } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { requireRange } from "./filters.ts";
import type { MetadataRow } from "./rows.ts";

/** "User data is limited to 16 KB, in raw form, before it is base64-encoded" ("Run commands on your Linux instance at launch"). */
const maxUserDataBytes = 16_384;

/** @throws ApiError when the text is not base64 or holds too much. */
export function checkUserData(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64 === "") return undefined;
  const compact = base64.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    throw new ApiError("InvalidParameterValue", "Invalid BASE64 encoding of user data.");
  }
  if (Buffer.from(compact, "base64").length > maxUserDataBytes) {
    throw new ApiError(
      "InvalidParameterValue",
      `User data is limited to ${maxUserDataBytes} bytes`,
    );
  }
  return compact;
}

/**
 * "Configure the Instance Metadata Service options": the local images have `imds-support` v2.0,
 * so tokens are required and the hop limit is 2 unless the request says otherwise.
 */
export function checkMetadataOptions(
  options: InstanceMetadataOptionsRequest | undefined,
): MetadataRow {
  const hopLimit = options?.HttpPutResponseHopLimit ?? 2;
  requireRange("httpPutResponseHopLimit", hopLimit, 1, 64);
  return {
    httpTokens: options?.HttpTokens ?? "required",
    httpEndpoint: options?.HttpEndpoint ?? "enabled",
    hopLimit,
    instanceTags: options?.InstanceMetadataTags ?? "disabled",
  };
}
