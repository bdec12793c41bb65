import type { AwsInstanceType } from "../aws/instance-types.ts";
import { RunctlError } from "../errors.ts";

export type Architecture = "x86_64" | "arm64";

/**
 * The one architecture of all wanted types: they share an image and a runtime.
 *
 * @throws RunctlError USAGE for Xen types (their disks cannot be found by volume id), mixed architectures,
 *   mixed GPU and CPU types, and types that are not sold as wanted.
 */
export function checkInstanceTypes(
  types: readonly AwsInstanceType[],
  { spot }: { spot: boolean },
): { architecture: Architecture; hasGpu: boolean } {
  const wanted = types.map((type) => {
    const architecture = architectureOf(type);
    if (type.hypervisor !== "nitro" && !type.bareMetal)
      throw new RunctlError("USAGE", `${type.name} is not a Nitro type`, {
        hint: "choose a type of a newer generation, such as c5.2xlarge",
      });
    const usage = spot ? "spot" : "on-demand";
    if (!type.usageClasses.includes(usage))
      throw new RunctlError("USAGE", `${type.name} is not sold as ${usage}`, {
        hint: spot ? "leave --spot out, or choose another type" : "choose another type",
      });
    return { name: type.name, architecture, hasGpu: type.hasGpu };
  });
  const first = wanted[0];
  if (!first) throw new RunctlError("USAGE", "no instance type given");
  for (const other of wanted) {
    if (other.architecture !== first.architecture)
      throw new RunctlError(
        "USAGE",
        `${first.name} is ${first.architecture}, but ${other.name} is ${other.architecture}`,
        { hint: "all types of one launch need the same architecture" },
      );
    if (other.hasGpu !== first.hasGpu)
      throw new RunctlError("USAGE", `only one of ${first.name} and ${other.name} has GPUs`, {
        hint: "all types of one launch share an image: choose types with, or without, GPUs",
      });
  }
  return { architecture: first.architecture, hasGpu: first.hasGpu };
}

function architectureOf({ name, architectures }: AwsInstanceType): Architecture {
  if (architectures.includes("x86_64")) return "x86_64";
  if (architectures.includes("arm64")) return "arm64";
  throw new RunctlError("USAGE", `${name} is neither x86_64 nor arm64`, {
    hint: "choose another --instance-type",
  });
}
