import { RunctlError } from "../errors.ts";
import { parseReference } from "../resource-reference.ts";
import type { Parser } from "./parser.ts";

/** A volume as `--ebs-volume` names it, with where it shall be. */
export interface VolumeWord {
  /** Id or name. */
  volume: string;
  /** Undefined: `--mount-point`, else the volume's own default. */
  mount: string | undefined;
  readOnly: boolean;
}

/** `X`, `X:MOUNT`, `X:MOUNT:ro`, `X:ro` */
export const ebsVolumeWord: Parser<VolumeWord> = (word) => {
  const [volume = "", ...rest] = word.split(":");
  parseReference("volume", volume);
  const readOnly = rest.at(-1) === "ro";
  const [mount, ...more] = readOnly ? rest.slice(0, -1) : rest;
  if (more.length > 0)
    throw new RunctlError("USAGE", `'${word}' is not of the form VOLUME:MOUNT:ro`);
  return { volume, mount: mount === undefined ? undefined : mountPoint(mount), readOnly };
};

/** Where the system itself, the login user or the agent lives; a mount there would hide it. */
const systemFolders =
  /^\/((bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|tmp|usr|var|opt\/runctl)(\/|$)|(home|opt)$)/;

/** An absolute path that may be covered by a volume, without a slash at its end. */
export const mountPoint: Parser<string> = (word) => {
  const path = word.replace(/\/+$/, "");
  const isPlain = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(path);
  if (isPlain && systemFolders.test(path))
    throw new RunctlError(
      "USAGE",
      `'${word}' cannot be a mount point: the system has files there`,
      {
        hint: "give another path, such as /mnt/data",
      },
    );
  if (!isPlain)
    throw new RunctlError("USAGE", `'${word}' cannot be a mount point`, {
      hint: "give an absolute path such as /mnt/data",
    });
  return path;
};
