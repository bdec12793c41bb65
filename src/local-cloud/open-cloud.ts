import { createHash } from "node:crypto";
import type { RequestListener } from "node:http";
import type { Clock } from "../clock.ts";
import { openAccessLog } from "./access-log.ts";
import { loadApis } from "./cloud-apis.ts";
import type { Closers } from "./closers.ts";
import { localAccountId, localRegion } from "./connection.ts";
import { createEc2 } from "./ec2/create-ec2.ts";
import type { Faults } from "./faults.ts";
import type { GatewayParts } from "./gateway-parts.ts";
import type { Backend, GuestServices } from "./hosts/backend.ts";
import { createIamService } from "./iam/create-iam.ts";
import { createFindDenial } from "./iam/find-denial.ts";
import { createFindKey } from "./iam/find-key.ts";
import { type Iam, nameKey } from "./iam/iam.ts";
import { openIamTables } from "./iam/iam-rows.ts";
import { createInstanceProfiles } from "./iam/profiles-for-ec2.ts";
import { createImds } from "./imds/imds.ts";
import type { ObserveRequest } from "./request-observer.ts";
import { createS3 } from "./s3/create-s3.ts";
import { guestListener } from "./server.ts";
import { createSsm } from "./ssm.ts";
import { type CloudKeys, statePaths } from "./state-directory.ts";
import { openStore } from "./store.ts";
import { createSts } from "./sts.ts";

export interface CloudParts {
  stateDirectory: string;
  keys: CloudKeys;
  backend: Backend;
  faults: Faults;
  clock: Clock;
  timeScale: number;
  onRequest: ObserveRequest | undefined;
  report: (error: unknown) => void;
  /** Takes what is to be closed when the server stops. */
  closers: Closers;
}

/** Opens the state and puts the services together; nothing listens yet and no machine was touched. */
export async function openCloud(parts: CloudParts) {
  const { keys, backend, faults, clock, timeScale, report, closers } = parts;
  const paths = statePaths(parts.stateDirectory);
  const [accountId, region] = [localAccountId, localRegion];
  const store = openStore(paths.store);
  closers.add(() => store.close());
  const log = openAccessLog(paths.accessLog, clock);
  closers.add(() => log.close());

  const iam: Iam = { accountId, clock, ...openIamTables(store) };
  const s3 = await createS3({ directory: paths.s3, accountId, region, clock });
  closers.add(() => s3.stop());
  const guests = lateGuestServices();
  const ec2 = createEc2({
    store,
    backend,
    profiles: createInstanceProfiles(iam, faults, keys.sealKey),
    faults,
    clock,
    timeScale,
    accountId,
    region,
    guestServices: guests.services,
    report: (id, error) => report(new Error(`${id} failed`, { cause: error })),
  });
  closers.add(() => backend.stopServing?.());
  closers.add(() => ec2.stop());

  const gateway: GatewayParts = {
    region,
    clock,
    faults,
    findKey: createFindKey(iam, keys),
    findDenial: createFindDenial(iam, region),
    async observe(request) {
      log.write(request);
      await parts.onRequest?.(request);
    },
    apis: await loadApis({
      ec2: ec2.service,
      iam: createIamService(iam),
      sts: createSts((roleName) => iam.roles.get(nameKey(roleName))?.roleId),
      ssm: createSsm({ region, parameters: ec2.imageParameters }),
    }),
    s3,
    report,
  };
  // Of the state directory, so that an instance's metadata tokens outlive this process.
  const tokenKey = createHash("sha256").update(`imds\0${keys.sealKey}`).digest();
  guests.provide({
    imds: createImds(ec2.instanceView, clock, tokenKey),
    aws: guestListener(gateway),
  });
  return { gateway, ec2, s3 };
}

/** EC2 needs what guests talk to, and what guests talk to needs EC2: it is provided before any machine starts. */
function lateGuestServices() {
  let provided: GuestServices | undefined;
  const require = (): GuestServices => {
    if (provided) return provided;
    throw new Error("a machine started before the guest services were there");
  };
  const services: GuestServices = {
    imds: (instanceId): RequestListener => require().imds(instanceId),
    aws: (instanceId): RequestListener => require().aws(instanceId),
  };
  return { services, provide: (late: GuestServices) => void (provided = late) };
}
