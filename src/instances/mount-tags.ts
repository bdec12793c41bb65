import type { Tags } from "../aws/tags.ts";

const prefix = "runctl:mount.";

/** One volume of an instance, as its tags tell it from birth on: before anything is attached. */
export interface TaggedMount {
  volumeId: string;
  mount: string;
  readOnly: boolean;
}

/** The tag of an instance that says it will have, or has, this volume. */
export function mountTagKey(volumeId: string): string {
  return `${prefix}${volumeId}`;
}

/** A tag for each volume: a list in one tag would not fit into its 256 characters. */
export function mountTags(mounts: readonly TaggedMount[]): Tags {
  return Object.fromEntries(
    mounts.map(({ volumeId, mount, readOnly }) => [
      mountTagKey(volumeId),
      readOnly ? `${mount}:ro` : mount,
    ]),
  );
}

export function mountsOf(tags: Tags): TaggedMount[] {
  return Object.entries(tags)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => ({
      volumeId: key.slice(prefix.length),
      mount: value.replace(/:ro$/, ""),
      readOnly: value.endsWith(":ro"),
    }));
}
