import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { pipeline } from "node:stream/promises";
import { isRunctlError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { sparseDisk, writeAt } from "../../test/support/sparse-disk.ts";
import { ensureFilesystem, type NewDisk } from "./ensure-filesystem.ts";
import { labelOf } from "./may-format.ts";

const volumeId = "vol-0123456789abcdef0";
const mib = 1_048_576;
const missing = (program: string) =>
  ["/usr/sbin", "/sbin", "/usr/bin"].some((folder) => existsSync(join(folder, program)))
    ? false
    : `${program} is not installed`;

test("a new disk is formatted once, and kept from then on", async (t) => {
  const disk = await newDisk(t);

  assert.deepEqual(await disk.ensure(), { outcome: "created", type: "ext4" });
  assert.equal(disk.hasTag(), false);
  assert.deepEqual(await disk.ensure(), { outcome: "kept", type: "ext4" });
  assert.match(await blkid(disk.device), /LABEL="rc-56789abcdef0"/);
});

test("a new disk gets XFS where that is wanted", { skip: missing("mkfs.xfs") }, async (t) => {
  const disk = await newDisk(t, { sizeMiB: 320, wanted: "xfs" });

  assert.deepEqual(await disk.ensure(), { outcome: "created", type: "xfs" });
  assert.deepEqual(await disk.ensure(), { outcome: "kept", type: "xfs" });
});

/** What may stand on a disk, how it gets there, and what the message must say. */
const contents: readonly [string, RegExp, (device: string) => Promise<unknown>][] = [
  ["ext4", /ext4 labelled 'photos'/, (disk) => runProgram("mkfs.ext4", ["-qL", "photos", disk])],
  ["XFS", /XFS|xfs/, (disk) => writeAt(disk, 0, "XFSB\0\0\x10\0")],
  ["a Btrfs superblock", /Btrfs|btrfs/, (disk) => writeAt(disk, 65_600, "_BHRfS_M")],
  ["an LVM label", /LVM/, lvmLabel],
  ["a LUKS1 header", /LUKS/, (disk) => writeAt(disk, 0, "LUKS\u00ba\u00be\0\x01")],
  ["a LUKS2 header", /LUKS/, (disk) => writeAt(disk, 0, "LUKS\u00ba\u00be\0\x02")],
  ["the second LUKS2 header", /LUKS/, (disk) => writeAt(disk, 16_384, "SKUL\u00ba\u00be\0\x02")],
  ["a GPT", /partition table/, (disk) => writeAt(disk, 512, "EFI PART\0\0\x01\0")],
  ["the backup of a GPT", /partition table/, (disk) => writeAt(disk, -512, "EFI PART\0\0\x01\0")],
  ["an MBR", /partition table/, mbr],
  ["an empty MBR", /partition table/, (disk) => writeAt(disk, 510, "\x55\u00aa")],
  ["RAID metadata 1.2", /RAID/, (disk) => writeAt(disk, 4_096, "\u00fc\x4e\x2b\u00a9")],
  ["RAID metadata 1.0", /RAID/, (disk) => writeAt(disk, -8_192, "\u00fc\x4e\x2b\u00a9")],
  ["RAID metadata 0.90", /RAID/, (disk) => writeAt(disk, -65_536, "\u00fc\x4e\x2b\u00a9")],
  ["swap", /swap/, (disk) => runProgram("mkswap", [disk])],
  ["random bytes at the start", /byte 0\b/, (disk) => writeAt(disk, 0, ones(4_096))],
  ["one byte at the very end", /unknown data at byte/, (disk) => writeAt(disk, -1, ones(1))],
];

for (const [name, message, write] of contents)
  for (const hasBlankTag of [true, false])
    test(`${name} ${hasBlankTag ? "under the tag" : "without tag"} is never formatted`, async (t) => {
      const disk = await newDisk(t, { hasBlankTag });
      await write(disk.device);
      const before = await sha256(disk.device);

      if (name === "ext4" && !hasBlankTag) {
        assert.deepEqual(await disk.ensure(), { outcome: "kept", type: "ext4" });
      } else {
        await assert.rejects(disk.ensure(), (error) => {
          assert.ok(isRunctlError(error, "FOREIGN_DATA"));
          assert.match(error.message, message);
          assert.ok(error.hint);
          return true;
        });
      }

      assert.equal(await sha256(disk.device), before);
      assert.equal(disk.hasTag(), hasBlankTag);
    });

// Beyond 256 MiB only parts of a disk are read.
for (const sizeMiB of [64, 8_192])
  test(`random bytes in the middle of ${sizeMiB} MiB are found`, async (t) => {
    const disk = await newDisk(t, { sizeMiB });
    await writeAt(disk.device, (sizeMiB / 2) * mib + 77, ones(512));

    await assert.rejects(disk.ensure(), {
      code: "FOREIGN_DATA",
      message: `${volumeId} should be blank but holds unknown data at byte ${(sizeMiB / 2) * mib + 77}`,
    });
  });

test("a stretch of 1/2,048 of a large disk is found wherever it lies", async (t) => {
  const sizeMiB = 8_192;
  for (const share of [0.123, 0.37, 0.9]) {
    const disk = await newDisk(t, { sizeMiB });
    await writeAt(disk.device, Math.floor(share * sizeMiB * mib), ones((sizeMiB * mib) / 2_048));
    await assert.rejects(disk.ensure(), { code: "FOREIGN_DATA" });
  }
});

test("a large ext4 whose start was wiped is known by its backups", async (t) => {
  const disk = await newDisk(t, { sizeMiB: 8_192 });
  await runProgram("mkfs.ext4", ["-q", "-b", "4096", disk.device]);
  await writeAt(disk.device, 0, new Uint8Array(100 * mib));

  await assert.rejects(disk.ensure(), { message: /left of an ext file system/ });
});

test("killed between mkfs and the removal of the tag: the next run removes the tag and does not format", async (t) => {
  const disk = await newDisk(t);
  await assert.rejects(disk.ensure({ removeBlankTag: () => Promise.reject(new Error("killed")) }));
  const before = await sha256(disk.device);

  assert.deepEqual(await disk.ensure(), { outcome: "kept", type: "ext4" });
  assert.equal(disk.hasTag(), false);
  assert.equal(await sha256(disk.device), before);
});

test("killed inside mkfs, with half a file system on the disk: refused, and not formatted again", async (t) => {
  const disk = await newDisk(t, { sizeMiB: 64 });
  // A complete file system whose inode table never made it to the disk.
  await runProgram("mkfs.ext4", ["-q", "-L", labelOf(volumeId, "ext4"), disk.device]);
  const { stdout } = await runProgram("dumpe2fs", [disk.device]);
  const table = Number(/Inode table at (\d+)/.exec(stdout)![1]);
  const blockSize = Number(/Block size:\s+(\d+)/.exec(stdout)![1]);
  await writeAt(disk.device, table * blockSize, new Uint8Array(16 * blockSize));
  const before = await sha256(disk.device);

  await assert.rejects(disk.ensure(), {
    code: "FOREIGN_DATA",
    message: `${volumeId} has a half-made ext4 file system`,
    hint: `delete the volume and make it anew: 'runctl aws ebs delete ${volumeId}'`,
  });
  assert.equal(await sha256(disk.device), before);
});

test("an agent that is killed while mkfs runs leaves a disk that is kept or refused, never formatted twice", async (t) => {
  const disk = await newDisk(t, { sizeMiB: 64 });
  const folder = await mkdtemp(join(tmpdir(), "runctl-mkfs-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const runs = join(folder, "runs");
  await fakeMkfs(folder, runs);

  // The first agent dies by SIGKILL in the middle of its mkfs, which dies with it.
  assert.equal((await ensureInChild(disk, folder)).signal, "SIGKILL");
  assert.equal(disk.hasTag(), true);
  const second = await ensureInChild(disk, folder);

  assert.match(second.stderr, /FOREIGN_DATA/);
  assert.equal(disk.hasTag(), true);
  assert.equal((await readFile(runs, "utf8")).length, 1);
});

/** An mkfs that begins to write, kills the agent that called it, and dies. */
async function fakeMkfs(folder: string, runs: string): Promise<void> {
  const script = `#!/bin/sh
printf x >>${runs}
for disk; do :; done
printf 'half of a file system' | dd of="$disk" bs=1 seek=4194304 conv=notrunc 2>/dev/null
kill -9 $PPID
kill -9 $$
`;
  await writeFile(join(folder, "mkfs.ext4"), script);
  await chmod(join(folder, "mkfs.ext4"), 0o755);
}

async function ensureInChild(disk: { device: string; tagFile: string }, folder: string) {
  const program = `
    import { rm } from "node:fs/promises";
    import { ensureFilesystem } from ${JSON.stringify(new URL("./ensure-filesystem.ts", import.meta.url).href)};
    await ensureFilesystem({ ...${JSON.stringify(facts(disk.device))}, removeBlankTag: () => rm(${JSON.stringify(disk.tagFile)}) });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}:/usr/sbin:/sbin` },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const signal = await new Promise<string | null>((resolve) => {
    child.on("close", (_, by) => resolve(by));
  });
  return { signal, stderr };
}

function facts(device: string) {
  return {
    device,
    volumeId,
    hasBlankTag: true,
    isCopy: false,
    multiAttach: false,
    attachmentCount: 1,
    holdsLease: false,
    wanted: "ext4" as const,
  };
}

async function newDisk(
  t: TestContext,
  options: { sizeMiB?: number; hasBlankTag?: boolean; wanted?: "ext4" | "xfs" } = {},
) {
  const { sizeMiB = 16, hasBlankTag = true, wanted = "ext4" } = options;
  const device = await sparseDisk(t, { sizeMiB });
  const tagFile = `${device}.tag`;
  if (hasBlankTag) await writeFile(tagFile, "");
  const hasTag = () => existsSync(tagFile);
  const removeBlankTag = () => rm(tagFile);
  const ensure = (change: Partial<NewDisk> = {}) =>
    ensureFilesystem({
      ...facts(device),
      hasBlankTag: hasTag(),
      wanted,
      removeBlankTag,
      ...change,
    });
  return { device, tagFile, hasTag, ensure };
}

const ones = (length: number) => randomBytes(length).map((byte) => byte | 1);

async function lvmLabel(disk: string): Promise<void> {
  await writeAt(disk, 512, "LABELONE\x01\0\0\0\0\0\0\0\0\0\0\0\x20\0\0\0LVM2 001");
}

/** One partition of type Linux, and the boot signature. */
async function mbr(disk: string): Promise<void> {
  const entry = "\0\x20\x21\0\u0083\x20\x21\0\0\x08\0\0\0\x10\0\0";
  await writeAt(disk, 446, entry);
  await writeAt(disk, 510, "\x55\u00aa");
}

async function blkid(device: string): Promise<string> {
  return (await runProgram("blkid", ["-p", device])).stdout;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
