import { RunctlError } from "../errors.ts";

/** The names that are never a root volume's or an instance store's ("Device names for volumes on Amazon EC2 instances"). */
const freeLetters = "f g h i j k l m n o p".split(" ");

/**
 * Reads a device name as EC2 takes it for data volumes; on Nitro it is only a hint.
 *
 * @throws RunctlError USAGE with a name that works.
 */
export function parseDeviceName(word: string): string {
  if (/^\/dev\/(sd[b-z]|xvd[b-c][a-z]|xvdd[a-x]|xvd[b-z])$/.test(word)) return word;
  throw new RunctlError("USAGE", `'${word}' is not a device name for a data volume`, {
    hint: "give one of /dev/sdf to /dev/sdp",
  });
}

/** `/dev/sdf` and `/dev/xvdf` are one name to EC2: their endings must not collide. */
export function isSameDevice(left: string, right: string): boolean {
  return ending(left) === ending(right);
}

/** The first free one of `/dev/sdf` to `/dev/sdp`; undefined when all are taken. */
export function freeDeviceName(taken: readonly string[]): string | undefined {
  return freeLetters
    .map((letter) => `/dev/sd${letter}`)
    .find((name) => !taken.some((other) => isSameDevice(name, other)));
}

function ending(device: string): string {
  return device.replace(/^\/dev\/(sd|xvd)/, "");
}
