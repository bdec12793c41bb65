import { existsSync } from "node:fs";
import { mkdir, open, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { RunctlError } from "../../errors.ts";
import { findProgram } from "../find-program.ts";
import {
  freeLoopDevices,
  loopDevice,
  loopDevicesUnder,
  refreshSizes,
  writeCounter,
  type LoopDevice,
} from "./loop-devices.ts";
import { isMounted, mountPool, unmountPool, type Pool } from "./pool.ts";
import { cloneFile, copySparse, hasReflink } from "./reflink.ts";

const bytesPerGiB = 2 ** 30;

/** Volumes and snapshots as sparse files; thin, and cloned rather than copied where the file system can. */
export interface DiskFiles {
  /** Where the files are; every loop device of this local cloud has its file in here. */
  directory: string;
  /** Makes the place for the files; the other methods need it first. */
  prepare(): Promise<void>;
  volumeFile(volumeId: string): string;
  snapshotFile(snapshotId: string): string;
  createVolume(volumeId: string, sizeGiB: number, fromSnapshotId?: string): Promise<void>;
  growVolume(volumeId: string, sizeGiB: number): Promise<void>;
  deleteVolume(volumeId: string): Promise<void>;
  captureSnapshot(volumeId: string, snapshotId: string): Promise<{ writtenBytes: number }>;
  deleteSnapshot(snapshotId: string): Promise<void>;
  /** The loop devices of a volume's attachments. */
  loopsOf(volumeId: string): Promise<LoopDevice[]>;
  /** The device of one attachment; undefined when its number has no file any more or went to another one. */
  loopOf(attachment: { volumeId: string; loop: number }): Promise<LoopDevice | undefined>;
  /** Frees loop devices and mounts; keeps the files. */
  release(): Promise<void>;
}

/**
 * @param canMakePool false: plain files, as where mkfs.xfs is not installed.
 * @param copy where files cannot be cloned; other than `copySparse` in tests.
 */
export function createDiskFiles(
  stateDirectory: string,
  canMakePool = findProgram("mkfs.xfs") !== undefined,
  copy = copySparse,
): DiskFiles {
  const pool: Pool = {
    file: join(stateDirectory, "disks.xfs"),
    directory: join(stateDirectory, "disks"),
  };
  let preparing: Promise<{ canClone: boolean }> | undefined;
  const prepared = () =>
    (preparing ??= prepare(pool, canMakePool).catch((error: unknown) => {
      preparing = undefined;
      throw error;
    }));
  const volumeFile = (volumeId: string) => join(pool.directory, "volumes", `${volumeId}.img`);
  const snapshotFile = (snapshotId: string) =>
    join(pool.directory, "snapshots", `${snapshotId}.img`);
  const loopsOf = async (volumeId: string) =>
    (await loopDevicesUnder(pool.directory)).filter(
      (loop) => loop.backingFile === volumeFile(volumeId),
    );

  /** `to` appears whole or not at all. */
  async function copyTo(to: string, from: string, sizeGiB?: number): Promise<void> {
    const { canClone } = await prepared();
    const unfinished = `${to}.new`;
    await rm(unfinished, { force: true });
    await (canClone ? cloneFile : copy)(from, unfinished);
    if (sizeGiB !== undefined) await truncate(unfinished, sizeGiB * bytesPerGiB);
    await rename(unfinished, to);
  }

  return {
    directory: pool.directory,
    volumeFile,
    snapshotFile,
    loopsOf,
    async loopOf({ volumeId, loop }) {
      const found = await loopDevice(loop);
      return found?.backingFile === volumeFile(volumeId) ? found : undefined;
    },
    prepare: async () => void (await prepared()),

    async createVolume(volumeId, sizeGiB, fromSnapshotId) {
      await prepared();
      const file = volumeFile(volumeId);
      if (existsSync(file)) return;
      if (fromSnapshotId !== undefined) return copyTo(file, snapshotFile(fromSnapshotId), sizeGiB);
      // Whole or not at all, too: a server that was killed here must not leave a disk of no size.
      const blank = await open(`${file}.new`, "w");
      await blank.truncate(sizeGiB * bytesPerGiB);
      await blank.close();
      await rename(`${file}.new`, file);
    },

    async growVolume(volumeId, sizeGiB) {
      await prepared();
      const file = volumeFile(volumeId);
      const size = sizeGiB * bytesPerGiB;
      if ((await stat(file)).size < size) await truncate(file, size);
      await refreshSizes(await loopsOf(volumeId));
    },

    async deleteVolume(volumeId) {
      await prepared();
      // Left by a server that was killed: the file's blocks would stay in use.
      await freeLoopDevices(await loopsOf(volumeId));
      await rm(volumeFile(volumeId), { force: true });
    },

    async captureSnapshot(volumeId, snapshotId) {
      const { canClone } = await prepared();
      const file = snapshotFile(snapshotId);
      if (!existsSync(file)) {
        const capture = () => copyTo(file, volumeFile(volumeId));
        if (canClone) await capture();
        else await copyWhileQuiet(volumeId, await loopsOf(volumeId), capture, () => rm(file));
      }
      return { writtenBytes: (await stat(file)).blocks * 512 };
    },

    async deleteSnapshot(snapshotId) {
      await prepared();
      await rm(snapshotFile(snapshotId), { force: true });
    },

    async release() {
      await freeLoopDevices(await loopDevicesUnder(pool.directory));
      await unmountPool(pool);
      preparing = undefined;
    },
  };
}

async function prepare(pool: Pool, canMakePool: boolean): Promise<{ canClone: boolean }> {
  await mkdir(pool.directory, { recursive: true });
  const wantsPool = existsSync(pool.file) || (canMakePool && !(await hasReflink(pool.directory)));
  // A pool that is new must not hide disks that were made before xfsprogs was installed.
  const hasPlainFiles = !isMounted(pool.directory) && existsSync(join(pool.directory, "volumes"));
  if (wantsPool && !hasPlainFiles) await mountPool(pool);
  await mkdir(join(pool.directory, "volumes"), { recursive: true });
  await mkdir(join(pool.directory, "snapshots"), { recursive: true });
  return { canClone: await hasReflink(pool.directory) };
}

/**
 * A plain copy is of one point in time only if nothing was written meanwhile: true of a disk that
 * is detached, frozen or idle. Anything else is refused rather than kept.
 *
 * @throws RunctlError CONFLICT when the disk was written during each of three attempts.
 */
async function copyWhileQuiet(
  volumeId: string,
  loops: readonly LoopDevice[],
  copy: () => Promise<void>,
  discard: () => Promise<void>,
): Promise<void> {
  const counters = async () => (await Promise.all(loops.map(writeCounter))).join();
  for (let attempt = 0; attempt < 3; attempt++) {
    const before = await counters();
    await copy();
    if ((await counters()) === before) return;
    await discard();
  }
  throw new RunctlError("CONFLICT", `${volumeId} was written while its snapshot was copied`, {
    hint: "detach or freeze it, or install xfsprogs and start with a new state directory",
  });
}
