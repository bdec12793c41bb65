import type { Backend } from "./backend.ts";

/** A backend without disks and machines: the API alone, and hands for tests to play the guest. */
export interface NullBackend extends Backend {
  /** The guest mounts or unmounts a volume: while mounted, detaching without force is `busy`. */
  setMounted(instanceId: string, volumeId: string, mounted: boolean): void;
  /** The guest powers itself off. */
  powerOff(instanceId: string): void;
  /** The guest does not listen to the power button any more. */
  hang(instanceId: string): void;
  /** Ids of what exists, for tests that look for leaks. */
  disks(): string[];
  machines(): string[];
}

export function createNullBackend(): NullBackend {
  const disks = new Set<string>();
  const mounts = new Set<string>();
  const hung = new Set<string>();
  const on = new Map<string, PromiseWithResolvers<void>>();
  const off = new Set<string>();

  function powerOff(instanceId: string): void {
    for (const mount of mounts) if (mount.startsWith(`${instanceId} `)) mounts.delete(mount);
    off.add(instanceId);
    on.get(instanceId)?.resolve();
    on.delete(instanceId);
  }

  return {
    kind: "null",
    prepareImage: async () => {},
    createDisk: async (volumeId) => void disks.add(volumeId),
    growDisk: async () => {},
    deleteDisk: async (volumeId) => void disks.delete(volumeId),
    captureSnapshot: async () => ({ writtenBytes: 0 }),
    deleteSnapshot: async () => {},
    boot: async ({ instanceId }) => {
      off.delete(instanceId);
      hung.delete(instanceId);
      if (!on.has(instanceId)) on.set(instanceId, Promise.withResolvers());
    },
    adopt: async ({ instanceId }) => {
      if (off.has(instanceId)) return false;
      // A machine of an earlier server lives in no process: it is remembered as long as the API does.
      if (!on.has(instanceId)) on.set(instanceId, Promise.withResolvers());
      return true;
    },
    whenOff: async (instanceId) => on.get(instanceId)?.promise,
    pressPowerButton: async (instanceId) => {
      if (!hung.has(instanceId)) powerOff(instanceId);
    },
    cutPower: async (instanceId) => powerOff(instanceId),
    attachDisk: async () => {},
    detachDisk: async (instanceId, volumeId, { force }) => {
      const mount = `${instanceId} ${volumeId}`;
      if (mounts.has(mount) && !force) return "busy";
      mounts.delete(mount);
      return "detached";
    },
    consoleOutput: async () => new Uint8Array(),
    releaseAll: async () => {
      for (const instanceId of on.keys()) powerOff(instanceId);
    },
    setMounted: (instanceId, volumeId, mounted) =>
      void (mounted
        ? mounts.add(`${instanceId} ${volumeId}`)
        : mounts.delete(`${instanceId} ${volumeId}`)),
    powerOff,
    hang: (instanceId) => void hung.add(instanceId),
    disks: () => [...disks],
    machines: () => [...on.keys()],
  };
}
