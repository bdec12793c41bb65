import { resolve } from "node:path";
import type { Aws } from "../../aws/connect.ts";
import { callerIdentity } from "../../aws/sts.ts";
import { RunctlError } from "../../errors.ts";
import { packCode } from "../../instances/code-archive.ts";
import { checkCode, listCode } from "../../instances/code-files.ts";
import type { LaunchRequest, WantedMount } from "../../instances/launch-request.ts";
import type { CommandWork } from "../../launch-spec.ts";
import { operationHash } from "../../operation.ts";
import { tagKeys } from "../../tags.ts";
import { requireVolume } from "../../volumes/find-volume.ts";
import { requireUserTags } from "../../volumes/volume-request.ts";
import { accountNames } from "../account-names.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { mountPoint, type VolumeWord } from "../ebs-volume-word.ts";

/** What `aws create` was typed with. */
export interface CreateInput {
  spot: boolean;
  ebsVolume: VolumeWord[];
  mountPoint: string | undefined;
  ebsPersist: boolean;
  instanceType: string[];
  availabilityZone: string | undefined;
  subnet: string | undefined;
  securityGroup: string[];
  ami: string | undefined;
  rootSize: number | undefined;
  name: string | undefined;
  env: [string, string][];
  code: string | undefined;
  allowSecrets: boolean;
  allowLargeCode: boolean;
  asRoot: boolean;
  whenDone: "terminate" | "keep" | undefined;
  grace: number | undefined;
  poll: number | undefined;
  instanceProfile: string | undefined;
  stagingBucket: string | undefined;
  command: string[];
}

const defaultMount = "/mnt/data";

/** What the command line leaves open is as the configuration says. */
function withDefaults(input: CreateInput, config: Config): CreateInput {
  const types = input.instanceType.length > 0 ? input.instanceType : config["instance-type"];
  return {
    ...input,
    instanceType: types ?? [],
    name: input.name ?? config.name,
  };
}

/** The launch that the command line means; volumes are looked up and code is packed, nothing is changed. */
export async function readLaunchRequest(
  aws: Aws,
  typed: CreateInput,
  context: Context,
): Promise<LaunchRequest> {
  const { config } = context;
  const input = withDefaults(typed, config);
  const [caller, volumes, code] = await Promise.all([
    callerIdentity(aws),
    wantedMounts(aws, input, config["mount-point"]),
    packedCode(input, context),
  ]);
  const { command } = input;
  const work: CommandWork = {
    kind: "command",
    command,
    ...(code ? { code: code.file } : {}),
    environment: Object.fromEntries(input.env),
    asRoot: input.asRoot,
    whenDone: input.whenDone ?? (command.length > 0 ? "terminate" : "keep"),
  };
  const settings = {
    spot: input.spot,
    ...optionalSettings(input),
    ...accountNames(config, input),
    ...(config.project ? { project: config.project } : {}),
    ...(config.tags ? { tags: requireUserTags(config.tags) } : {}),
  };
  const mounts = volumes.map(({ volume, mount, readOnly }) => [volume.volumeId, mount, readOnly]);
  const op = operationHash({
    accountId: caller.accountId,
    region: aws.region,
    command: "create",
    args: { ...settings, work, mounts },
  });
  return { op, work, volumes, ...settings, ...(code ? { files: [code] } : {}) };
}

function optionalSettings(input: CreateInput) {
  const { instanceType, availabilityZone, subnet, securityGroup, ami, rootSize } = input;
  const { name, grace, poll } = input;
  return {
    ...(instanceType.length > 0 ? { instanceTypes: instanceType } : {}),
    ...(availabilityZone ? { zone: availabilityZone } : {}),
    ...(subnet ? { subnetId: subnet } : {}),
    ...(securityGroup.length > 0 ? { securityGroupIds: securityGroup } : {}),
    ...(ami ? { imageId: ami } : {}),
    ...(rootSize === undefined ? {} : { rootSizeGiB: rootSize }),
    ...(name ? { name } : {}),
    ...(grace === undefined ? {} : { graceSeconds: within("--grace", grace / 1_000, 1, 600, "s") }),
    ...(poll === undefined ? {} : { pollMs: within("--poll", poll, 500, 5_000, "ms") }),
  };
}

/** @param usual where volumes without any wish go; a volume's own default mount is nearer. */
async function wantedMounts(
  aws: Aws,
  input: CreateInput,
  usual = defaultMount,
): Promise<WantedMount[]> {
  const volumes = await Promise.all(
    input.ebsVolume.map(({ volume }) => requireVolume(aws, volume)),
  );
  return input.ebsVolume.map((word, index) => {
    const volume = volumes[index]!;
    // A tag may have been put by anybody.
    const mount = mountPoint(word.mount ?? input.mountPoint ?? volume.tags[tagKeys.mount] ?? usual);
    return { volume, mount, readOnly: word.readOnly };
  });
}

async function packedCode(input: CreateInput, context: Context) {
  if (input.code === undefined) return undefined;
  const directory = resolve(context.cwd, input.code);
  const files = await listCode(directory);
  checkCode(files, { allowSecrets: input.allowSecrets, allowLarge: input.allowLargeCode });
  return packCode(directory, files);
}

function within(flag: string, value: number, least: number, most: number, unit: string): number {
  if (value >= least && value <= most) return value;
  const nearest = value < least ? least : most;
  throw new RunctlError("USAGE", `${flag} of ${value} ${unit} is not ${least} to ${most} ${unit}`, {
    hint: `the nearest is ${flag} ${nearest}${unit}`,
  });
}
