import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type Client,
  downloadClients,
  limit,
  listingClients,
  manyClients,
  plainClients,
  smallClients,
  unverified,
  uploadClients,
} from "./clients.ts";
import type { CommandCost } from "./measure-command.ts";
import type { Setting } from "./setting.ts";

interface Goal {
  text: string;
  /** The figure that is compared, from the medians by client; undefined where the peer is missing. */
  value: (costs: Costs, setting: Setting) => number | undefined;
  limit: number;
  is: "at most" | "at least";
}

/** Medians by the client's name. */
type Costs = Readonly<Partial<Record<string, CommandCost>>>;

export interface Work {
  name: string;
  what: (setting: Setting) => string;
  /** In what its CPU time is counted. */
  unit: "CPU-s/GiB" | "CPU-µs/object";
  /** How many of these units one run does. */
  amount: (setting: Setting) => number;
  clients: readonly Client[];
  goals: readonly Goal[];
  /**
   * What one run made is removed only after the last: ext4 passes over inodes that were deleted in the last minutes, one
   * by one, so that each file of the next run would cost some hundred µs more.
   */
  removesAtEnd?: boolean;
  /** @throws Error when what a client left is not what it should be. */
  check: (setting: Setting, client: string) => void;
}

const GiB = 2 ** 30;
const gib = ({ objects }: Setting) => objects.largeBytes / GiB;
const ratio = (top: number | undefined, bottom: number | undefined) =>
  top === undefined || bottom === undefined ? undefined : top / bottom;
const cpu = (costs: Costs, name: string) => costs[name]?.cpuSeconds;
const wall = (costs: Costs, name: string) => costs[name]?.seconds;
const peakMB = (costs: Costs) => ratio(costs["runctl"]?.peakBytes, 1e6);

function isSameFile({ objects, target }: Setting): void {
  execFileSync("cmp", [objects.large, join(target, "large")]);
}

export const works: readonly Work[] = [
  {
    name: "download-https",
    what: (at) => `one object of ${gib(at)} GiB, HTTPS → disk, synced, compared with its CRC64NVME`,
    unit: "CPU-s/GiB",
    amount: gib,
    clients: downloadClients,
    check: isSameFile,
    goals: [
      {
        text: "CPU-s/GiB",
        value: (all, at) => ratio(cpu(all, "runctl"), gib(at)),
        limit: 0.8,
        is: "at most",
      },
      {
        text: "× rclone's speed",
        value: (all) => ratio(wall(all, "rclone"), wall(all, "runctl")),
        limit: 2,
        is: "at least",
      },
      {
        text: "× the CPU of the same without a checksum",
        value: (all) => ratio(cpu(all, "runctl"), cpu(all, unverified)),
        limit: 1.3,
        is: "at most",
      },
      { text: "MB at the peak", value: peakMB, limit: 200, is: "at most" },
    ],
  },
  {
    name: "download-http",
    what: (at) => `one object of ${gib(at)} GiB without a checksum, HTTP → disk, synced`,
    unit: "CPU-s/GiB",
    amount: gib,
    clients: plainClients,
    check: isSameFile,
    goals: [
      {
        text: "× the C loop's CPU",
        value: (all) => ratio(cpu(all, "runctl"), cpu(all, limit)),
        limit: 1.25,
        is: "at most",
      },
    ],
  },
  {
    name: "small-https",
    what: ({ objects }) =>
      `${objects.smallCount} objects of ${objects.smallBytes / 1024} KiB, HTTPS → files`,
    unit: "CPU-µs/object",
    amount: ({ objects }) => objects.smallCount / 1e6,
    clients: smallClients,
    removesAtEnd: true,
    check({ objects, target }) {
      execFileSync("diff", ["-rq", "--exclude=.runctl*", join(objects.root, "small"), target]);
    },
    goals: [
      {
        text: "× less CPU than rclone",
        value: (all) => ratio(cpu(all, "rclone"), cpu(all, "runctl")),
        limit: 4,
        is: "at least",
      },
      {
        text: "× less CPU than aws CLI",
        value: (all) => ratio(cpu(all, "aws CLI"), cpu(all, "runctl")),
        limit: 50,
        is: "at least",
      },
    ],
  },
  {
    name: "many-https",
    what: ({ objects, millionKeys }) =>
      `${millionKeys} objects of ${objects.tinyBytes} bytes, HTTPS → files`,
    unit: "CPU-µs/object",
    amount: ({ millionKeys }) => millionKeys / 1e6,
    clients: manyClients,
    check({ millionKeys, objects, target }) {
      let files = 0;
      for (const directory of readdirSync(target)) {
        if (!directory.startsWith("d")) continue;
        for (const name of readdirSync(join(target, directory))) {
          const { size } = statSync(join(target, directory, name));
          if (size !== objects.tinyBytes) throw new Error(`${name} has ${size} bytes`);
          files += 1;
        }
      }
      if (files !== millionKeys) throw new Error(`${files} files of ${millionKeys}`);
    },
    goals: [{ text: "MB at the peak", value: peakMB, limit: 300, is: "at most" }],
  },
  {
    name: "upload-https",
    what: (at) => `one file of ${gib(at)} GiB → HTTPS, with checksums`,
    unit: "CPU-s/GiB",
    amount: gib,
    clients: uploadClients,
    check({ origin, objects }) {
      const got = origin.takeUploaded();
      if (got < objects.largeBytes) throw new Error(`only ${got} bytes were uploaded`);
    },
    goals: [
      {
        text: "CPU-s/GiB",
        value: (all, at) => ratio(cpu(all, "runctl"), gib(at)),
        limit: 0.6,
        is: "at most",
      },
    ],
  },
  {
    name: "listing",
    what: ({ millionKeys }) => `listing and plan of ${millionKeys} keys, HTTPS`,
    unit: "CPU-µs/object",
    amount: ({ millionKeys }) => millionKeys / 1e6,
    clients: listingClients,
    check({ target }) {
      if (readdirSync(target).length > 0) throw new Error("a plan writes nothing");
    },
    goals: [
      { text: "MB at the peak", value: peakMB, limit: 300, is: "at most" },
      {
        text: "keys per second",
        value: (all, at) => ratio(at.millionKeys, wall(all, "runctl")),
        limit: 100_000,
        is: "at least",
      },
    ],
  },
];
