import type { PlanId, StoragePlan } from "../../../cost/storage-plan.ts";
import type { Volume } from "../../../cost/volume-speed.ts";
import { instanceTypes } from "../../../facts/instance-types.ts";

export interface Launch {
  instanceType: string;
  region: string;
  /** First of the zones in which the volume shall be; named by letter. */
  zones: readonly string[];
  onDemand: boolean;
}

/** Where the dataset is, and what trains: to be replaced by what the user has. */
const source = "s3://bucket/dataset/";
const training = "python3 train.py";
const volumeName = "dataset";

/** The command lines that carry a plan out; none where runctl has no command for it yet. */
export function winnerCommands({ id, choice }: StoragePlan, launch: Launch): string[] {
  return writers[id]?.(launch, choice?.volume) ?? [];
}

type Writer = (launch: Launch, volume: Volume | undefined) => string[];

/** What the system on the root volume needs beside the dataset. */
const systemGiB = 20;

const writers: Partial<Readonly<Record<PlanId, Writer>>> = {
  "s3-nvme": (launch) => [create(launch, [], copyThenTrain(scratchOf(launch.instanceType)))],
  // A launch gives the root volume the free performance: a plan that pays for more is not what it would do.
  "s3-gp3": (launch, volume) =>
    volume && isFree(volume)
      ? [create(launch, [`--root-size ${volume.sizeGiB + systemGiB}`], copyThenTrain("$HOME/data"))]
      : [],
  "s3-stream": (launch) => [create(launch, [], `${training} --data ${source}`)],
  "ebs-one-zone": (launch, volume) => withVolumes(launch, volume, launch.zones.slice(0, 1)),
  hybrid: (launch, volume) => withVolumes(launch, volume, launch.zones.slice(0, 1)),
  "ebs-zones": (launch, volume) => withVolumes(launch, volume, launch.zones),
};

/** The Deep Learning AMIs, which `aws create` takes for GPUs, mount instance store there. */
function scratchOf(instanceType: string): string {
  return instanceTypes[instanceType]?.gpu ? "/opt/dlami/nvme/data" : "/mnt/scratch/data";
}

/** The agent that started the command downloads for it. */
const copyThenTrain = (directory: string) =>
  `sh -c '"$RUNCTL_NODE" "$RUNCTL_AGENT" download ${source} ${directory} && ${training} --data ${directory}'`;

function create({ instanceType, region, onDemand }: Launch, flags: string[], command: string) {
  const words = ["runctl aws create", ...(onDemand ? [] : ["--spot"])];
  words.push(`--region ${region}`, `--instance-type ${instanceType}`, ...flags);
  return [...words, "--code ./train", "--", command].join(" ");
}

/** One volume in each zone, and the line that starts a machine beside it. */
function withVolumes(
  launch: Launch,
  volume: Volume | undefined,
  zones: readonly string[],
): string[] {
  if (!volume) return [];
  const nameOf = (zone: string) => (zones.length > 1 ? `${volumeName}-${zone.at(-1)}` : volumeName);
  return [
    ...zones.map((zone) => createVolume(launch, volume, zone, nameOf(zone))),
    ...zones.map((zone) =>
      create(launch, [`--ebs-volume ${nameOf(zone)}:/mnt/data:ro`], `${training} --data /mnt/data`),
    ),
  ];
}

const isFree = ({ type, iops, throughputMiBps }: Volume) =>
  type === "gp3" && iops === 3_000 && throughputMiBps === 125;

function createVolume({ region }: Launch, volume: Volume, zone: string, name: string): string {
  const { type, sizeGiB, iops, throughputMiBps } = volume;
  const free = isFree(volume);
  const words = [
    `runctl aws ebs create --region ${region} --size ${sizeGiB} --type ${type}`,
    ...(iops === undefined || free ? [] : [`--iops ${iops}`]),
    ...(throughputMiBps === undefined || free ? [] : [`--throughput ${throughputMiBps}`]),
    `--availability-zone ${zone} --name ${name} --pre-warm ${source}`,
  ];
  return words.join(" ");
}
