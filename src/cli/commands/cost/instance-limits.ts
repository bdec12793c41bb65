import { closest } from "../../../closest.ts";
import type { InstanceLimits } from "../../../cost/situation.ts";
import { RunctlError } from "../../../errors.ts";
import type { InstanceTypeFacts } from "../../../facts/instance-type.ts";
import { instanceTypes } from "../../../facts/instance-types.ts";

/** @throws RunctlError NOT_FOUND for a type that the table does not have */
export function requireInstanceFacts(name: string): InstanceTypeFacts {
  const type = findInstanceFacts(name);
  if (type) return type;
  const hint = nearestType(name) ?? `the table has ${Object.keys(instanceTypes).join(", ")}`;
  throw new RunctlError("NOT_FOUND", `nothing is known about instance type '${name}'`, { hint });
}

export function findInstanceFacts(name: string): InstanceTypeFacts | undefined {
  return Object.hasOwn(instanceTypes, name) ? instanceTypes[name] : undefined;
}

/** The hint for a name that is a slip of a known one. */
export function nearestType(name: string): string | undefined {
  const near = findInstanceFacts(name) ? undefined : closest(name, Object.keys(instanceTypes));
  return near && `did you mean ${near}?`;
}

export function instanceLimits({ ebs, instanceStore }: InstanceTypeFacts): InstanceLimits {
  const sustained = (ebs.baseline?.[1] ?? 0) * 1e6;
  return {
    ebsBytesPerSecond: sustained,
    ebsBurstBytesPerSecond: Math.max(sustained, (ebs.maximum?.[1] ?? 0) * 1e6),
    instanceStoreBytes: (instanceStore?.disks ?? 0) * (instanceStore?.sizeGB ?? 0) * 1e9,
  };
}
