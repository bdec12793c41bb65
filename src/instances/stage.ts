import type { Aws } from "../aws/connect.ts";
import type { LaunchSpec, StagedFile } from "../launch-spec.ts";
import { findObject } from "../transfer/find-object.ts";
import { uploadBytes } from "../transfer/upload-bytes.ts";
import { agentBundle } from "./agent-bundle.ts";
import type { Architecture } from "./check-instance-types.ts";
import { runtimeBinary, runtimeFile, type RuntimeSource } from "./runtime-binary.ts";
import { type BootFiles, specObject } from "./user-data.ts";

export interface StagingPlace {
  bucket: string;
  /** Owner that the bucket must have. */
  accountId: string;
}

/** What an instance fetches at boot, all of it in the bucket when this resolves. */
export async function stageBootFiles(
  aws: Aws,
  place: StagingPlace,
  spec: LaunchSpec,
  architecture: Architecture,
): Promise<BootFiles> {
  const bundle = await agentBundle();
  const large = specObject(spec);
  const [runtime] = await Promise.all([
    stageRuntime(aws, place, architecture),
    stageOnce(aws, place, bundle.file, async () => bundle.body),
    large && stageOnce(aws, place, large.file, async () => Buffer.from(large.body)),
  ]);
  return { runtime: runtime.file, agent: bundle.file, ...(large ? { spec: large.file } : {}) };
}

/** The Node of the agent; looked for on this machine, or in the npm registry, only if the bucket has it not. */
export async function stageRuntime(
  aws: Aws,
  place: StagingPlace,
  architecture: Architecture,
  source: RuntimeSource = {},
): Promise<{ file: StagedFile; outcome: "created" | "kept" }> {
  const file = runtimeFile(architecture);
  const outcome = await stageOnce(aws, place, file, () => runtimeBinary(architecture, source));
  return { file, outcome };
}

/** Puts a file under its key, which is named for its content, unless it is there. */
export async function stageOnce(
  aws: Aws,
  { bucket, accountId }: StagingPlace,
  { key }: StagedFile,
  body: () => Promise<Uint8Array>,
): Promise<"created" | "kept"> {
  const expectedBucketOwner = accountId;
  if (await findObject(aws, { bucket, key, expectedBucketOwner })) return "kept";
  const options = { expectedBucketOwner, ifNoneMatch: true };
  return uploadBytes(aws, { bucket, key }, await body(), options);
}
