import assert from "node:assert/strict";
import { test } from "node:test";
import { runBareInstance } from "../../test/support/bare-instance.ts";
import { quickClock } from "../../test/support/quick-clock.ts";
import { readyAccount } from "../../test/support/ready-account.ts";
import { putBytes } from "../../test/support/s3-objects.ts";
import { callerIdentity } from "../aws/sts.ts";
import { putTags } from "../aws/tags.ts";
import { instanceReports } from "../instance-reports.ts";
import { tagKeys } from "../tags.ts";
import { followLog, instanceLog } from "./instance-logs.ts";
import { stagingBucketName } from "./staging-bucket.ts";

test("a log is followed piece by piece until the work is done, characters whole", async (t) => {
  const { aws } = await readyAccount(t);
  const instance = await runBareInstance(aws, { zone: "us-east-1a" });
  const { instanceId } = instance;
  const { bucket } = stagingBucketName(await callerIdentity(aws), aws.region);
  const log = Buffer.from("one\nzwölf\nend\n");
  const put = (bytes: number) =>
    putBytes(aws, { bucket, key: instanceReports(instanceId).commandLog }, log.subarray(0, bytes));
  const middleOfCharacter = log.indexOf("ö") + 1;
  await put(4);

  const texts: string[] = [];
  for await (const { from, text } of followLog(aws, instance, { clock: quickClock() })) {
    assert.equal(from, "command");
    texts.push(text);
    if (texts.length === 1) await put(middleOfCharacter);
    if (texts.length === 2) {
      await put(log.length);
      await putTags(aws, instanceId, { [tagKeys.state]: "done" });
    }
  }

  assert.deepEqual(texts, ["one\n", "zw", "ölf\nend\n"]);
  assert.deepEqual(await instanceLog(aws, instanceId), { from: "command", text: log.toString() });
});
