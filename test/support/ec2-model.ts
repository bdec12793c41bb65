/**
 * EC2's volumes and instances as a person would describe them after reading the API reference: no pages, no timers,
 * no half states. Written without a look at the local cloud, to be compared with it.
 */
export interface Model {
  volumes: Map<string, ModelVolume>;
  instances: Map<string, ModelInstance>;
  /** Client token of CreateVolume → what it made, and from what. */
  tokens: Map<string, { volumeId: string; parameters: string }>;
}

interface ModelVolume {
  zone: string;
  isMultiAttach: boolean;
  isGone: boolean;
  attachments: Map<string, ModelAttachment>;
}

interface ModelAttachment {
  device: string;
  isDeletedWithInstance: boolean;
  isMounted: boolean;
  isBusy: boolean;
}

interface ModelInstance {
  zone: string;
  isSpot: boolean;
  state: "running" | "stopped" | "terminated";
  onPowerOff: "stop" | "terminate";
}

export function emptyModel(): Model {
  return { volumes: new Map(), instances: new Map(), tokens: new Map() };
}

export const rootDevice = "/dev/xvda";

/** Each function answers the error codes that EC2 may give; none: the call succeeds, and the model has moved on. */
type Codes = string[];

export function attach(model: Model, volumeId: string, instanceId: string, device: string): Codes {
  const volume = model.volumes.get(volumeId);
  const instance = model.instances.get(instanceId);
  if (!volume || volume.isGone) return ["InvalidVolume.NotFound"];
  if (!instance) return ["InvalidInstanceID.NotFound"];
  const taken = attachmentsOf(model, instanceId).map(([, other]) => letterOf(other.device));
  const codes: Codes = [];
  if (letterOf(device) === undefined) codes.push("InvalidParameterValue");
  else if (taken.includes(letterOf(device))) codes.push("InvalidParameterValue");
  if (instance.state === "terminated") codes.push("IncorrectState");
  if (instance.zone !== volume.zone) codes.push("InvalidVolume.ZoneMismatch");
  if (volume.attachments.has(instanceId)) codes.push("VolumeInUse");
  if (volume.attachments.size > 0 && !volume.isMultiAttach) codes.push("VolumeInUse");
  if (codes.length > 0) return codes;
  volume.attachments.set(instanceId, {
    device,
    isDeletedWithInstance: false,
    isMounted: false,
    isBusy: false,
  });
  return [];
}

/** `sdf`, `/dev/sdf` and `/dev/xvdf` are `f`. */
function letterOf(device: string): string | undefined {
  return /^(?:\/dev\/)?(?:sd|xvd)([a-z])$/.exec(device)?.[1];
}

export function detach(
  model: Model,
  volumeId: string,
  how: { instanceId: string | undefined; force: boolean },
): Codes {
  const volume = model.volumes.get(volumeId);
  if (!volume || volume.isGone) return ["InvalidVolume.NotFound"];
  if (volume.attachments.size === 0) return ["IncorrectState"];
  if (volume.isMultiAttach && how.instanceId === undefined) return ["MissingParameter"];
  const instanceId = how.instanceId ?? [...volume.attachments.keys()][0] ?? "";
  const attachment = volume.attachments.get(instanceId);
  if (!attachment) return ["InvalidAttachment.NotFound"];
  const isOn = model.instances.get(instanceId)?.state === "running";
  if (attachment.device === rootDevice && isOn) return ["OperationNotPermitted"];
  if (attachment.isBusy && !how.force) return ["IncorrectState"];
  if (attachment.isMounted && isOn && !how.force) attachment.isBusy = true;
  else volume.attachments.delete(instanceId);
  return [];
}

export function setMounted(
  model: Model,
  volumeId: string,
  instanceId: string,
  isMounted: boolean,
): boolean {
  const volume = model.volumes.get(volumeId);
  const attachment = volume?.attachments.get(instanceId);
  if (!attachment || model.instances.get(instanceId)?.state !== "running") return false;
  attachment.isMounted = isMounted;
  if (attachment.isBusy && !isMounted) volume?.attachments.delete(instanceId);
  return true;
}

export function deleteVolume(model: Model, volumeId: string): Codes {
  const volume = model.volumes.get(volumeId);
  if (!volume || volume.isGone) return ["InvalidVolume.NotFound"];
  if (volume.attachments.size > 0) return ["VolumeInUse"];
  volume.isGone = true;
  return [];
}

export function setDeletedWithInstance(
  model: Model,
  volumeId: string,
  instanceId: string,
  isDeleted: boolean,
): Codes {
  const attachment = model.volumes.get(volumeId)?.attachments.get(instanceId);
  if (!attachment) return ["InvalidInstanceAttributeValue"];
  attachment.isDeletedWithInstance = isDeleted;
  return [];
}

export function terminate(model: Model, instanceId: string): Codes {
  const instance = model.instances.get(instanceId);
  if (!instance) return ["InvalidInstanceID.NotFound"];
  instance.state = "terminated";
  for (const [volume, attachment] of attachmentsOf(model, instanceId)) {
    volume.attachments.delete(instanceId);
    if (attachment.isDeletedWithInstance && volume.attachments.size === 0) volume.isGone = true;
  }
  return [];
}

export function stop(model: Model, instanceId: string): Codes {
  const instance = model.instances.get(instanceId);
  if (!instance) return ["InvalidInstanceID.NotFound"];
  const codes: Codes = [];
  if (instance.isSpot) codes.push("UnsupportedOperation");
  if (instance.state === "terminated") codes.push("IncorrectInstanceState");
  if (codes.length === 0) switchOff(model, instanceId, instance);
  return codes;
}

function switchOff(model: Model, instanceId: string, instance: ModelInstance): void {
  instance.state = "stopped";
  for (const [volume, attachment] of attachmentsOf(model, instanceId)) {
    attachment.isMounted = false;
    if (attachment.isBusy) volume.attachments.delete(instanceId);
  }
}

export function start(model: Model, instanceId: string): Codes {
  const instance = model.instances.get(instanceId);
  if (!instance) return ["InvalidInstanceID.NotFound"];
  if (instance.state === "terminated") return ["IncorrectInstanceState"];
  instance.state = "running";
  return [];
}

export function interrupt(model: Model, instanceId: string): Codes {
  const instance = model.instances.get(instanceId);
  const codes: Codes = [];
  if (!instance?.isSpot) codes.push("UnsupportedOperation");
  if (instance?.state !== "running") codes.push("IncorrectInstanceState");
  return codes.length > 0 ? codes : terminate(model, instanceId);
}

/** The guest powers itself off. False: it is off already. */
export function powerOff(model: Model, instanceId: string): boolean {
  const instance = model.instances.get(instanceId);
  if (instance?.state !== "running") return false;
  if (instance.onPowerOff === "terminate") terminate(model, instanceId);
  else switchOff(model, instanceId, instance);
  return true;
}

function attachmentsOf(model: Model, instanceId: string): [ModelVolume, ModelAttachment][] {
  return [...model.volumes.values()].flatMap((volume) => {
    const attachment = volume.attachments.get(instanceId);
    return attachment ? [[volume, attachment] as [ModelVolume, ModelAttachment]] : [];
  });
}
