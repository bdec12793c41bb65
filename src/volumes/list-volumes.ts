import type { Aws } from "../aws/connect.ts";
import type { AwsVolume } from "../aws/volumes.ts";
import { nameOf, ownedVolumes } from "./owned-volumes.ts";

export interface VolumeQuery {
  name?: string | undefined;
  state?: string | undefined;
  zone?: string | undefined;
  /** Only those attached to nothing. */
  unused: boolean;
}

/** The volumes that runctl made and that match every member of the query, oldest first. */
export async function listVolumes(aws: Aws, query: VolumeQuery): Promise<AwsVolume[]> {
  const volumes = await ownedVolumes(aws);
  return volumes
    .filter(
      (volume) =>
        (query.name === undefined || nameOf(volume) === query.name) &&
        (query.state === undefined || volume.state === query.state) &&
        (query.zone === undefined || volume.zone === query.zone) &&
        (!query.unused || volume.attachments.length === 0),
    )
    .toSorted((left, right) => left.createdAt.getTime() - right.createdAt.getTime());
}
