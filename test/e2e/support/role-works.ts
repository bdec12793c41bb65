import { putBytes } from "../../support/s3-objects.ts";
import { ownedVolume } from "../../support/ready-account.ts";
import { places, type RoleCloud } from "./role-cloud.ts";

/** Works that together need all permissions of the role; each launches an instance with it. @returns its id. */
export const works = {
  /**
   * A command gets a new volume, that a key of the user's own encrypts and several instances may have, and saves a
   * result in S3. The lease to format the volume was held by an instance that died.
   */
  async train(cloud: RoleCloud, role: string) {
    const volume = await ownedVolume(cloud.aws, {
      name: role,
      kmsKeyId: places.key,
      type: "io2",
      iops: 100,
      multiAttach: true,
    });
    const lease = { bucket: cloud.bucket, key: `locks/${volume.volumeId}` };
    await putBytes(cloud.aws, lease, "i-0123456789abcdef0");
    return cloud.launch(["sh", "-c", saveResult], {
      instanceProfile: role,
      volumes: [{ volume, mount: "/mnt/data", readOnly: false }],
      bootLimits: { retrySeconds: 1 },
    });
  },

  /** A volume is filled from S3, where a key of the user's own encrypts an object, and read back. */
  async fill(cloud: RoleCloud, role: string) {
    const volume = await ownedVolume(cloud.aws, { name: role });
    const { volumeId } = volume;
    return cloud.launch([], {
      instanceProfile: role,
      volumes: [{ volume, mount: "/mnt/fill", readOnly: false }],
      work: { kind: "fill", volumeId, source: `s3://${places.data}` },
    });
  },
} as const;

export type Work = keyof typeof works;

/** A program of the user's own, which has the role's credentials from the metadata. */
const saveResult = `
metadata=http://169.254.169.254/latest
token=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" $metadata/api/token)
get() { curl -sf -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/iam/security-credentials/$1"; }
credentials=$(get "$(get)")
member() { printf %s "$credentials" | sed -n 's/.*"'"$1"'" *: *"\\([^"]*\\)".*/\\1/p'; }
echo 0.97 >accuracy
exec curl -sS --fail-with-body -T accuracy --aws-sigv4 "aws:amz:$AWS_REGION:s3" \\
  --user "$(member AccessKeyId):$(member SecretAccessKey)" \\
  -H "x-amz-security-token: $(member Token)" -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" \\
  "$AWS_ENDPOINT_URL/${places.results}accuracy"
`;
