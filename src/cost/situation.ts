/** What the limits of one instance type are, bytes per second unless said otherwise. */
export interface InstanceLimits {
  /** Sustained. */
  ebsBytesPerSecond: number;
  /** For at least 30 minutes a day ("Amazon EBS-optimized instances"). */
  ebsBurstBytesPerSecond: number;
  /** Of all instance-store disks together; 0 without. */
  instanceStoreBytes: number;
}

/** What one storage plan is priced for: plain numbers, one for each thing that changes the answer. */
export interface Situation {
  datasetBytes: number;
  /** Files of the dataset; their GETs cost, and S3 answers only so many a second. */
  objects: number;
  /** What training reads while it computes, bytes per second; undefined: not told, stalls are not counted. */
  ingestBytesPerSecond: number | undefined;
  /** Passes over the dataset a month, on each node. */
  passesPerMonth: number;
  /** Machines that run side by side, each with data of its own. */
  nodes: number;
  /** Hours a month that the job runs. */
  hoursPerMonth: number;
  restartsPerMonth: number;
  /** US dollars an hour of one machine. */
  instanceUsdPerHour: number;
  /** What an hour of waiting is worth beside the machine's price, US dollars. */
  delayUsdPerHour: number;
  /** From S3 to one machine. */
  s3BytesPerSecond: number;
  /** Small objects that one machine fetches a second. */
  objectsPerSecond: number;
  /** Bytes of one GET; larger objects are fetched in pieces. */
  getBytes: number;
  /** At which a volume from a snapshot fills itself when nothing is paid for it. */
  lazyBytesPerSecond: number;
  /** Hours until the volume's own zone has capacity again. */
  lockedWaitHours: number;
  /** Hours until any zone of the region has. */
  followWaitHours: number;
  /** Zones that the job may run in. */
  zones: number;
  /** Zones of the region, of which `followWaitHours` speaks. */
  regionZones: number;
  /** From the attachment of a volume to its mount. */
  attachHours: number;
  /** Size of a volume in relation to the data on it. */
  volumeHeadroom: number;
  instance: InstanceLimits;
}

export const bytesPerGiB = 2 ** 30;
export const bytesPerMiB = 2 ** 20;
/** AWS bills a month of storage as 730 hours ("AWS Pricing Calculator"). */
export const hoursPerMonthOfStorage = 730;

export const datasetGiB = ({ datasetBytes }: Situation) => datasetBytes / bytesPerGiB;

/** Requests that fetch the whole dataset once. */
export function getsPerPass({ datasetBytes, objects, getBytes }: Situation): number {
  return Math.max(objects, Math.ceil(datasetBytes / getBytes));
}

/** Hours by which reading at `bytesPerSecond` takes longer than training would; 0 where that is not told. */
export function stallHours(situation: Situation, bytesPerSecond: number): number {
  const { datasetBytes, ingestBytesPerSecond } = situation;
  if (ingestBytesPerSecond === undefined || ingestBytesPerSecond === 0) return 0;
  return Math.max(0, datasetBytes / bytesPerSecond - datasetBytes / ingestBytesPerSecond) / 3_600;
}

/** The hour price of all nodes together. */
export const fleetUsdPerHour = ({ instanceUsdPerHour, nodes }: Situation) =>
  instanceUsdPerHour * nodes;
