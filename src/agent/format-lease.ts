import { findInstance } from "../aws/instances.ts";
import type { Aws } from "../aws/connect.ts";
import { fetchBytes } from "../transfer/fetch-bytes.ts";
import { uploadBytes } from "../transfer/upload-bytes.ts";

/**
 * The lease to format a multi-attach volume: the object `locks/<volume>` in the staging bucket, which
 * S3 lets only one instance create. It is never given back, as a volume is formatted once. A lease of
 * an instance that is gone passes to the one that creates `locks/<volume>.after.<instance>`.
 *
 * @returns whether this instance holds it.
 */
export async function holdFormatLease(
  { aws, spec, instanceId }: { aws: Aws; spec: { bucket: string }; instanceId: string },
  volumeId: string,
): Promise<boolean> {
  for (let key = `locks/${volumeId}`; ;) {
    const place = { bucket: spec.bucket, key };
    const result = await uploadBytes(aws, place, Buffer.from(instanceId), { ifNoneMatch: true });
    if (result === "created") return true;
    const holder = (await fetchBytes(aws, place)).toString();
    if (holder === instanceId) return true;
    const instance = await findInstance(aws, holder);
    if (instance && instance.state !== "terminated") return false;
    key = `${key}.after.${holder}`;
  }
}
