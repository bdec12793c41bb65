import { examineComputer, whyNoKernelBackend } from "../doctor.ts";
import { RunctlError } from "../../errors.ts";
import type { Backend } from "./backend.ts";
import { createKernelBackend } from "./kernel-backend.ts";
import { createNullBackend } from "./null-backend.ts";

/**
 * The backend of this name; `auto` is the kernel's where this computer has all that it needs, else `null`.
 *
 * @throws RunctlError CONFIGURATION when `kernel` is wanted and something is missing.
 */
export async function chooseBackend(
  wanted: "auto" | "kernel" | "null",
  options: { stateDirectory: string },
): Promise<Backend> {
  if (wanted === "null") return createNullBackend();
  const missing = whyNoKernelBackend(await examineComputer(options));
  if (missing === undefined) return createKernelBackend(options);
  if (wanted === "auto") return createNullBackend();
  throw new RunctlError("CONFIGURATION", `the kernel backend cannot run here: ${missing}`, {
    hint: "runctl local doctor --fix",
  });
}
