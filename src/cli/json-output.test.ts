import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { exampleInstance, exampleVolume } from "../../test/support/example-volume.ts";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { connect } from "../aws/connect.ts";
import { exitCodes, RunctlError } from "../errors.ts";
import { mountTags } from "../instances/mount-tags.ts";
import { setUpAccount } from "../instances/set-up-account.ts";
import { createTally } from "../transfer/transfer-result.ts";
import { instanceOutput } from "./commands/instance-output.ts";
import { volumeOutput } from "./commands/volume-output.ts";
import { describeError } from "./show-error.ts";

const nobody = connect({ region: "us-east-1", endpointUrl: "http://127.0.0.1:1" });
const volumeId = "vol-0123456789abcdef0";

/** What is printed under each heading of docs/json-output.md. */
const printed: Record<string, () => Promise<object> | object> = {
  Volume: () => volumeOutput(exampleVolume(), "us-east-1"),
  Attachment: () => volumeOutput(attachedVolume(), "us-east-1").attachments[0]!,
  Instance: () => instanceOutput(nobody, exampleInstance({ lifecycle: "on-demand" })),
  "Mounted volume": async () => {
    const tags = mountTags([{ volumeId, mount: "/mnt/data", readOnly: false }]);
    const instance = exampleInstance({ lifecycle: "on-demand", tags });
    return (await instanceOutput(nobody, instance)).volumes[0]!;
  },
  Transfer: () => ({ from: "", to: "", ...createTally().result(), deleted: 0 }),
  "Exit codes": () => exitCodes,
  Error: () => {
    const error = new RunctlError("NOT_FOUND", "no", { hint: "look" });
    return (
      JSON.parse(describeError(error, { json: true, color: false, debug: false }).text) as {
        error: object;
      }
    ).error;
  },
};

for (const [heading, print] of Object.entries(printed)) {
  test(`docs/json-output.md has the members of: ${heading}`, async () => {
    assert.deepEqual(await documented(heading), Object.keys(await print()));
  });
}

test("docs/json-output.md has the exit code of every error", async () => {
  const rows = [...(await text()).matchAll(/^\| `([A-Z_]+)` +\| (\d+) /gm)];
  assert.deepEqual(Object.fromEntries(rows.map(([, code, exit]) => [code, Number(exit)])), {
    ...exitCodes,
  });
});

test("docs/json-output.md has the members of an account that is set up, and no heading without a test", async (t) => {
  const aws = connect((await startTestCloud(t)).connectOptions);
  const access = { reads: [], writes: [], kmsKeys: [] };

  const account = await setUpAccount(aws, { access }, { report: () => undefined });

  assert.deepEqual(await documented("Account"), Object.keys(account));
  const headings = Array.from((await text()).matchAll(/^## (.*)$/gm), ([, heading]) => heading);
  assert.deepEqual(
    new Set(headings),
    new Set([...Object.keys(printed), "Account", "Other results"]),
  );
});

function attachedVolume() {
  const attachment = { instanceId: "i-0123456789abcdef0", device: "/dev/sdf", state: "attached" };
  return exampleVolume({ attachments: [{ ...attachment, deleteOnTermination: false }] });
}

async function documented(heading: string): Promise<string[]> {
  const section = (await text()).split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  return [...(section ?? "").matchAll(/^\| `(\w+)`/gm)].map(([, member]) => member!);
}

function text(): Promise<string> {
  return readFile(new URL("../../docs/json-output.md", import.meta.url), "utf8");
}
