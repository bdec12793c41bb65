import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { runBareInstance } from "../../test/support/bare-instance.ts";
import { readyAccount } from "../../test/support/ready-account.ts";
import { systemClock } from "../clock.ts";
import { terminateInstance } from "../instances/end-instance.ts";
import { callerIdentity } from "../aws/sts.ts";
import { stagingBucketName } from "../instances/staging-bucket.ts";
import { holdFormatLease } from "./format-lease.ts";

const volumeId = "vol-0123456789abcdef0";

test("of two instances that ask at once exactly one may format, however often they ask", async (t) => {
  const { ask, launch } = await account(t);
  const [one, two] = [await launch(), await launch()];

  const answers = await Promise.all([ask(one), ask(two)]);
  assert.equal(answers.filter(Boolean).length, 1);

  assert.deepEqual(await Promise.all([ask(one), ask(two)]), answers);
});

test("only from a terminated instance the lease passes on, and again to one alone", async (t) => {
  const { ask, launch, terminate } = await account(t);
  const [first, second, third] = [await launch(), await launch(), await launch()];
  assert.equal(await ask(first), true);
  assert.deepEqual([await ask(second), await ask(third)], [false, false]);

  await terminate(first);

  const answers = await Promise.all([ask(second), ask(third)]);
  assert.equal(answers.filter(Boolean).length, 1);
  const [heir, loser] = answers[0] ? [second, third] : [third, second];
  await terminate(heir);
  assert.equal(await ask(loser), true);
});

async function account(t: TestContext) {
  const { aws } = await readyAccount(t);
  const { bucket } = stagingBucketName(await callerIdentity(aws), aws.region);
  const options = { report: () => undefined, clock: systemClock };
  const zone = `${aws.region}a`;
  return {
    ask: (instance: { instanceId: string }) =>
      holdFormatLease({ aws, spec: { bucket }, instanceId: instance.instanceId }, volumeId),
    launch: () => runBareInstance(aws, { zone }),
    terminate: (instance: Parameters<typeof terminateInstance>[1]) =>
      terminateInstance(aws, instance, options),
  };
}
