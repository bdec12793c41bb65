import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import { RunctlError } from "../errors.ts";
import { nodeRuntime } from "../facts/node-runtime.ts";
import type { StagedFile } from "../launch-spec.ts";
import { runProgram } from "../run-program.ts";
import type { Architecture } from "./check-instance-types.ts";

export interface RuntimeSource {
  /** A file that the user names; it must be the very same binary. */
  file?: string;
  signal?: AbortSignal;
}

export function runtimeFile(architecture: Architecture): StagedFile {
  const { sha256 } = nodeRuntime[architecture];
  return { key: `runtime/${sha256}/node`, sha256 };
}

/**
 * The Node binary for instances of an architecture: the user's file, else the one of this installation,
 * else from npm as the user's own npm is configured. Its SHA-256 is checked wherever it comes from.
 *
 * @throws RunctlError VERIFICATION_FAILED for other bytes, CONFIGURATION when npm cannot fetch it.
 */
export async function runtimeBinary(
  architecture: Architecture,
  source: RuntimeSource = {},
): Promise<Uint8Array> {
  if (source.file) return verified(architecture, await readFile(source.file), source.file);
  const installed = await installedBinary(architecture);
  return installed ?? (await packedBinary(architecture, source.signal));
}

/** Undefined when this installation has none, or another version. */
async function installedBinary(architecture: Architecture): Promise<Uint8Array | undefined> {
  const { npmPackage } = nodeRuntime[architecture];
  const require = createRequire(import.meta.url);
  try {
    const folder = dirname(require.resolve(`${npmPackage}/package.json`));
    const bytes = await readFile(join(folder, "bin", "node"));
    return sha256Of(bytes) === nodeRuntime[architecture].sha256 ? bytes : undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "MODULE_NOT_FOUND" || code === "ENOENT") return undefined;
    throw error;
  }
}

async function packedBinary(architecture: Architecture, signal?: AbortSignal): Promise<Uint8Array> {
  const wanted = `${nodeRuntime[architecture].npmPackage}@${nodeRuntime.version}`;
  const folder = await mkdtemp(join(tmpdir(), "runctl-runtime-"));
  try {
    await runProgram("npm", ["pack", wanted, "--silent", "--pack-destination", folder], {
      timeoutMs: 600_000,
      ...(signal ? { signal } : {}),
    });
    const [tarball] = await readdir(folder);
    return verified(architecture, await nodeInTarball(join(folder, tarball ?? "")), wanted);
  } catch (cause) {
    if (cause instanceof RunctlError && cause.code === "PROGRAM_FAILED")
      throw new RunctlError("CONFIGURATION", `npm cannot fetch ${wanted}: ${cause.message}`, {
        hint: `fetch bin/node of ${wanted} elsewhere, then runctl aws setup --runtime-file FILE`,
        cause,
      });
    throw cause;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function nodeInTarball(path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const extract = tar.extract();
  extract.on("entry", (header, stream, next) => {
    if (header.name === "package/bin/node")
      stream.on("data", (chunk) => chunks.push(chunk as Buffer));
    stream.on("end", next);
    stream.resume();
  });
  await pipeline(createReadStream(path), createGunzip(), extract);
  return Buffer.concat(chunks);
}

function verified(architecture: Architecture, bytes: Uint8Array, from: string): Uint8Array {
  const found = sha256Of(bytes);
  const wanted = nodeRuntime[architecture].sha256;
  if (found === wanted) return bytes;
  throw new RunctlError("VERIFICATION_FAILED", `the Node of ${from} has SHA-256 ${found}`, {
    hint: `the agent needs bin/node of ${nodeRuntime[architecture].npmPackage}@${nodeRuntime.version}, which has ${wanted}`,
  });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
