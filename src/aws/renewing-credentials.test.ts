import assert from "node:assert/strict";
import { test } from "node:test";
import { type ExpiringCredentials, renewingCredentials } from "./renewing-credentials.ts";

const minutes = 60_000;

/** A provider that counts what it is asked, and a clock that stands still. */
function setUp(lastsMs: number | undefined) {
  const asked: boolean[] = [];
  const time = { now: 1_000_000 };
  let failure: Error | undefined;
  const provide = async ({ forceRefresh }: { forceRefresh: boolean }) => {
    asked.push(forceRefresh);
    if (failure) throw failure;
    const given: ExpiringCredentials = {
      accessKeyId: `KEY${asked.length}`,
      secretAccessKey: "s",
      sessionToken: "t",
      expiresAt: lastsMs === undefined ? undefined : time.now + lastsMs,
    };
    return given;
  };
  const source = renewingCredentials(provide, () => time.now);
  const key = async () => (await source.current()).accessKeyId;
  return { asked, time, source, key, fail: (error: Error | undefined) => void (failure = error) };
}

test("credentials that last are asked for once, by all at the same time together", async () => {
  const { key, asked, time, source } = setUp(undefined);

  assert.deepEqual(await Promise.all([key(), key(), key()]), ["KEY1", "KEY1", "KEY1"]);
  time.now += 10_000 * minutes;
  assert.equal(source.current() instanceof Promise, false);
  assert.equal(await key(), "KEY1");
  assert.deepEqual(asked, [false]);
});

test("credentials are renewed five minutes before they expire", async () => {
  const { key, time } = setUp(60 * minutes);
  assert.equal(await key(), "KEY1");
  time.now += 54 * minutes;
  assert.equal(await key(), "KEY1");
  time.now += 2 * minutes;
  assert.equal(await key(), "KEY2");
});

test("a provider that fails shortly before the end is asked again in ten seconds, and the old ones are used", async () => {
  const { key, time, asked, fail } = setUp(60 * minutes);
  await key();
  time.now += 56 * minutes;
  fail(new Error("no answer"));
  assert.equal(await key(), "KEY1");
  assert.equal(await key(), "KEY1");
  assert.equal(asked.length, 2);
  time.now += 11_000;
  assert.equal(await key(), "KEY1");
  assert.equal(asked.length, 3);
  time.now += 10 * minutes;
  await assert.rejects(key(), /no answer/);
  fail(undefined);
  assert.equal(await key(), "KEY5");
});

test("credentials that AWS refuses are renewed once for all that met it", async () => {
  const { source, asked } = setUp(60 * minutes);
  const old = await source.current();

  const [one, two] = await Promise.all([source.renewed(old), source.renewed(old)]);

  assert.equal(one.accessKeyId, "KEY2");
  assert.equal(two.accessKeyId, "KEY2");
  assert.deepEqual(asked, [false, true]);
  assert.equal((await source.renewed(old)).accessKeyId, "KEY2");
  assert.equal(asked.length, 2);
});
