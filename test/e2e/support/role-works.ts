import { putBytes } from "../../../src/aws/s3-objects.ts";
import type { AwsVolume } from "../../../src/aws/volumes.ts";
import { ownedVolume } from "../../support/ready-account.ts";
import { places, type RoleCloud } from "./role-cloud.ts";

/** The smallest works that need the role's permissions; each launches an instance with it. @returns its id. */
export const works = {
  /** A new volume is formatted and mounted, a command runs, the volume is given back. */
  async mount(cloud: RoleCloud, role: string) {
    return launchWith(cloud, role, await ownedVolume(cloud.aws, { name: role }), ["true"]);
  },

  /** A new volume for several instances, of which one has died with the lease to format it. */
  async "mount shared"(cloud: RoleCloud, role: string) {
    const volume = await ownedVolume(cloud.aws, {
      name: role,
      type: "io2",
      multiAttach: true,
      iops: 100,
    });
    const lease = { bucket: cloud.bucket, key: `locks/${volume.volumeId}` };
    await putBytes(cloud.aws, lease, "i-0123456789abcdef0");
    return launchWith(cloud, role, volume, ["true"]);
  },

  async fill(cloud: RoleCloud, role: string) {
    const volume = await ownedVolume(cloud.aws, { name: role });
    const { volumeId } = volume;
    return cloud.launch([], {
      instanceProfile: role,
      volumes: [{ volume, mount: "/mnt/fill", readOnly: false }],
      work: { kind: "fill", volumeId, source: `s3://${places.data}` },
    });
  },

  /** A command of the user's own that saves a result with the role's credentials. */
  async write(cloud: RoleCloud, role: string) {
    return cloud.launch(["sh", "-c", putResult], { instanceProfile: role });
  },
} as const;

export type Work = keyof typeof works;

function launchWith(
  cloud: RoleCloud,
  role: string,
  volume: AwsVolume,
  command: readonly string[],
): Promise<string> {
  return cloud.launch(command, {
    instanceProfile: role,
    volumes: [{ volume, mount: "/mnt/data", readOnly: false }],
    bootLimits: { retrySeconds: 1 },
  });
}

const putResult = `
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
