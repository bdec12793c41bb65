import type { Clock } from "../../clock.ts";
import type { Faults } from "../faults.ts";
import type { Backend, GuestServices } from "../hosts/backend.ts";
import type { InstanceProfiles } from "../service-parts.ts";
import type { Store, Table } from "../store.ts";
import type { Background } from "./background.ts";
import { type Delay, delayMs } from "./delays.ts";
import type {
  ClientTokenRow,
  EbsEncryptionRow,
  InstanceRow,
  SnapshotRow,
  SpotRequestRow,
  VolumeRow,
} from "./rows.ts";

/** EC2 in one region of one account: what its operations work on. */
export interface Ec2 {
  accountId: string;
  region: string;
  timeScale: number;
  store: Store;
  clock: Clock;
  faults: Faults;
  profiles: InstanceProfiles;
  backend: Backend;
  guestServices: GuestServices;
  background: Background;
  /** Where failures of the host go, with the id of what failed. */
  report: (id: string, error: unknown) => void;
  /** Aborts when the server stops; machines go on. */
  signal: AbortSignal;
  volumes: Table<VolumeRow>;
  snapshots: Table<SnapshotRow>;
  instances: Table<InstanceRow>;
  spotRequests: Table<SpotRequestRow>;
  /** By resource id. */
  tags: Table<Readonly<Record<string, string>>>;
  clientTokens: Table<ClientTokenRow>;
  ebsEncryption: Table<EbsEncryptionRow>;
}

export type Ec2Tables = Pick<
  Ec2,
  "volumes" | "snapshots" | "instances" | "spotRequests" | "tags" | "clientTokens" | "ebsEncryption"
>;

export function openTables(store: Store): Ec2Tables {
  return {
    volumes: store.table("ec2-volumes"),
    snapshots: store.table("ec2-snapshots"),
    instances: store.table("ec2-instances"),
    spotRequests: store.table("ec2-spot-requests"),
    tags: store.table("ec2-tags"),
    clientTokens: store.table("ec2-client-tokens"),
    ebsEncryption: store.table("ec2-ebs-encryption"),
  };
}

export function nowText(ec2: Ec2): string {
  return new Date(ec2.clock.now()).toISOString();
}

/** Waits as long as AWS would, by the time scale. @throws the stop signal's reason. */
export async function waitLikeAws(ec2: Ec2, name: Delay): Promise<void> {
  const ms = delayMs(name, ec2.timeScale);
  if (ms > 0) await ec2.clock.sleep(ms, ec2.signal);
}
