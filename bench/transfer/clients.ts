import { join } from "node:path";
import { type Setting, port } from "./setting.ts";

/** One way to do one of the works: a command line, made when the origin stands. */
export interface Client {
  /** `runctl` is ours; the others are the peers that it is compared with. */
  name: string;
  /** A program or Python module to be there; undefined: it comes with the project. */
  needs?: "rclone" | "aws" | "s5cmd" | "awscrt" | "cc" | "libssl";
  command: (setting: Setting) => readonly string[];
}

/** Words of a command line; what is put in is a word, or several, of its own. */
function words(texts: TemplateStringsArray, ...values: (string | readonly string[])[]): string[] {
  return texts.flatMap((text, index) => [
    ...text.split(/\s+/).filter((word) => word !== ""),
    ...[values[index] ?? []].flat(),
  ]);
}

const large = ({ target }: Setting) => join(target, "large");
const largeSize = ({ objects }: Setting) => `${objects.largeBytes}`;
const inBench = (name: string) => join(import.meta.dirname, "..", name);

const runctl = ({ runctl: main }: Setting, url: string) =>
  words`${process.execPath} ${main} --quiet --region us-east-1 --endpoint-url ${url} s3`;
const rclone = ({ origin }: Setting) =>
  words`rclone --config /dev/null --ca-cert ${origin.certificates} --s3-endpoint ${origin.https} --s3-no-check-bucket`;
const aws = ({ origin }: Setting) => words`aws s3 --endpoint-url ${origin.https} cp --quiet`;
const s5cmd = ({ origin }: Setting) =>
  words`s5cmd --endpoint-url ${origin.https} --numworkers 64 cp`;
const tlsLoop = ({ loops, origin }: Setting, direction: "get" | "put", path: string) =>
  words`${loops["tls-loop"] ?? ""} ${direction} ${port(origin.https)} ${path}`;
const crt = words`python3 ${inBench("transfer/crt.py")}`;
const sdk = words`${process.execPath} ${inBench("sdk-transfer.ts")}`;
/** Ours is done when the bytes are on the disk; so are the others with this. */
const thenSync = (path: string) => [
  "sh",
  "-c",
  'path=$1; shift; "$@" && sync -d "$path"',
  "sh",
  path,
];

/** What comparing costs: ours without it. */
export const unverified = "runctl --no-checksum";

/** The least that the same bytes can cost here, in one thread and without any care. */
export const limit = "C loop";

export const downloadClients: readonly Client[] = [
  {
    name: "runctl",
    command: (at) => words`${runctl(at, at.origin.https)} download s3://bench/large ${large(at)}`,
  },
  {
    name: unverified,
    command: (at) =>
      words`${runctl(at, at.origin.https)} download --no-checksum s3://bench/large ${large(at)}`,
  },
  {
    name: limit,
    needs: "libssl",
    command: (at) => words`${tlsLoop(at, "get", "/bench/large")} ${largeSize(at)} ${large(at)}`,
  },
  {
    name: "rclone",
    needs: "rclone",
    command: (at) => words`${thenSync(large(at))} ${rclone(at)} copyto :s3:bench/large ${large(at)}
      --multi-thread-streams 16 --multi-thread-cutoff 64M`,
  },
  {
    name: "aws CLI",
    needs: "aws",
    command: (at) => words`${thenSync(large(at))} ${aws(at)} s3://bench/large ${large(at)}`,
  },
  {
    name: "s5cmd",
    needs: "s5cmd",
    command: (at) => words`${thenSync(large(at))} ${s5cmd(at)} --concurrency 16 --part-size 8
      s3://bench/large ${large(at)}`,
  },
  {
    name: "boto3 + awscrt",
    needs: "awscrt",
    command: (at) => words`${crt} download ${at.origin.https} ${large(at)}`,
  },
  {
    name: "SDK v3",
    command: (at) => words`${sdk} download ${at.origin.https} ${large(at)} ${largeSize(at)}`,
  },
];

export const plainClients: readonly Client[] = [
  {
    name: "runctl",
    command: (at) =>
      words`${runctl(at, at.origin.http)} download --no-checksum s3://bench/plain ${large(at)}`,
  },
  {
    name: limit,
    needs: "cc",
    command: (at) => words`${at.loops["download-loop"] ?? ""} ${port(at.origin.http)} /bench/plain
      ${largeSize(at)} ${large(at)}`,
  },
];

export const smallClients: readonly Client[] = [
  {
    name: "runctl",
    command: (at) =>
      words`${runctl(at, at.origin.https)} download --parallel 64 s3://small/ ${at.target}`,
  },
  {
    name: "rclone",
    needs: "rclone",
    // The time in each object's metadata would be one more request for each of them.
    command: (at) => words`${rclone(at)} copy :s3:small ${at.target} --transfers 64 --checkers 64
      --use-server-modtime --s3-no-head-object`,
  },
  {
    name: "aws CLI",
    needs: "aws",
    command: (at) => words`${aws(at)} --recursive s3://small/ ${at.target}`,
  },
  {
    name: "s5cmd",
    needs: "s5cmd",
    command: (at) => words`${s5cmd(at)} s3://small/* ${`${at.target}/`}`,
  },
  {
    name: "SDK v3",
    command: (at) => words`${sdk} download-small ${at.origin.https} ${at.target} 0`,
  },
  {
    name: "C loop (HTTP; no listing)",
    needs: "cc",
    command: (at) => words`${at.loops["small-loop"] ?? ""} ${port(at.origin.http)}
      ${`${at.objects.smallCount}`} ${at.target}`,
  },
];

export const manyClients: readonly Client[] = [
  {
    name: "runctl",
    command: (at) => words`${runctl(at, at.origin.https)} download s3://million/ ${at.target}`,
  },
];

export const uploadClients: readonly Client[] = [
  {
    name: "runctl",
    command: (at) => words`${runctl(at, at.origin.https)} upload --parallel 16 ${at.objects.large}
      s3://uploads/large`,
  },
  {
    name: limit,
    needs: "libssl",
    command: (at) =>
      words`${tlsLoop(at, "put", "/uploads/large")} ${largeSize(at)} ${at.objects.large}`,
  },
  {
    name: "rclone",
    needs: "rclone",
    command: (at) => words`${rclone(at)} copyto ${at.objects.large} :s3:uploads/large
      --s3-chunk-size 8M --s3-upload-concurrency 16 --s3-no-head --ignore-times`,
  },
  {
    name: "aws CLI",
    needs: "aws",
    command: (at) => words`${aws(at)} ${at.objects.large} s3://uploads/large`,
  },
  {
    name: "s5cmd",
    needs: "s5cmd",
    command: (at) => words`${s5cmd(at)} --concurrency 16 --part-size 8 ${at.objects.large}
      s3://uploads/large`,
  },
  {
    name: "boto3 + awscrt",
    needs: "awscrt",
    command: (at) => words`${crt} upload ${at.origin.https} ${at.objects.large}`,
  },
  {
    name: "SDK v3",
    command: (at) => words`${sdk} upload ${at.origin.https} ${at.objects.large}
      ${largeSize(at)}`,
  },
];

export const listingClients: readonly Client[] = [
  {
    name: "runctl",
    command: (at) => words`${runctl(at, at.origin.https)} --dry-run download s3://million/
      ${join(at.target, "million")}`,
  },
  {
    name: "rclone (lists only)",
    needs: "rclone",
    command: (at) => words`${rclone(at)} size :s3:million --fast-list`,
  },
];
