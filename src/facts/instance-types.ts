import { cpuInstanceTypes } from "./cpu-instance-types.ts";
import { gpuInstanceTypes } from "./gpu-instance-types.ts";
import type { InstanceTypeFacts } from "./instance-type.ts";

/** By name. */
export const instanceTypes: Readonly<Record<string, InstanceTypeFacts>> = {
  ...cpuInstanceTypes,
  ...gpuInstanceTypes,
};
