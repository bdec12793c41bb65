import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { putBytes } from "../../../test/support/s3-objects.ts";
import { startFaultyBucket } from "../../../test/support/faulty-bucket.ts";
import { downloadPrefix } from "../download-prefix.ts";

/** Objects `p/0` … `p/9`; every answer about `p/3` is the refusal `code`. */
async function start(t: TestContext, code: string) {
  const place = await startFaultyBucket(t);
  const { bucket, direct, directory, aws } = place;
  for (let index = 0; index < 10; index += 1) {
    await putBytes(direct, { bucket, key: `p/${index}` }, `content ${index}`);
  }
  place.proxy.plan = ({ target }) =>
    target.includes("/p/3") ? { kind: "answer", status: 403, code } : undefined;
  const to = join(directory, "to");
  return { to, run: () => downloadPrefix(aws, { bucket, prefix: "p/" }, to, { parallel: 2 }) };
}

for (const code of ["InvalidObjectState", "AccessDenied"]) {
  test(`an object that S3 refuses with ${code} fails alone, and the others come`, async (t) => {
    const { to, run } = await start(t, code);

    const result = await run();

    assert.deepEqual(
      result.failed.map(({ name }) => name),
      ["p/3"],
    );
    assert.match(result.failed[0]?.reason ?? "", new RegExp(code));
    assert.equal(result.moved, 9);
    assert.equal(await readFile(join(to, "9"), "utf8"), "content 9");
  });
}

test("credentials that S3 does not know end a download at once", async (t) => {
  const { run } = await start(t, "InvalidAccessKeyId");

  await assert.rejects(run(), { code: "CREDENTIALS" });
});
