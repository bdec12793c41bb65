import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, startTestEc2 } from "../../../test/support/ec2.ts";

test("tags are put, overwritten and taken away by key or by value", async (t) => {
  const { ops, volume } = await startTestEc2(t);
  const id = await volume();
  const tags = () =>
    Object.fromEntries(
      ops.DescribeVolumes({}).Volumes?.[0]?.Tags?.map(({ Key = "", Value }) => [Key, Value]) ?? [],
    );
  const put = (Key: string, Value: string) =>
    ops.CreateTags({ Resources: [id], Tags: [{ Key, Value }] });

  put("a", "1");
  put("b", "2");
  put("a", "3");
  assert.deepEqual(tags(), { a: "3", b: "2" });
  ops.DeleteTags({ Resources: [id], Tags: [{ Key: "a", Value: "1" }] });
  assert.deepEqual(tags(), { a: "3", b: "2" });
  ops.DeleteTags({ Resources: [id], Tags: [{ Key: "a", Value: "3" }] });
  assert.deepEqual(tags(), { b: "2" });
  ops.DeleteTags({ Resources: [id], Tags: [{ Key: "b" }, { Key: "unknown" }] });
  assert.deepEqual(tags(), {});
});

test("a resource has at most fifty tags", async (t) => {
  const { ops, volume } = await startTestEc2(t);
  const Resources = [await volume()];
  const fifty = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: "" }));
  ops.CreateTags({ Resources, Tags: fifty });
  ops.CreateTags({ Resources, Tags: [{ Key: "k0", Value: "again" }] });
  assert.equal(
    refusal(() => ops.CreateTags({ Resources, Tags: [{ Key: "more", Value: "" }] })),
    "TagLimitExceeded",
  );
});

for (const [why, tag] of [
  ["reserved", { Key: "aws:name", Value: "" }],
  ["empty", { Key: "", Value: "" }],
  ["too long", { Key: "k".repeat(129), Value: "" }],
  ["of a too long value", { Key: "k", Value: "v".repeat(257) }],
] as const) {
  test(`a tag key that is ${why} is refused`, async (t) => {
    const { ops, volume } = await startTestEc2(t);
    const Resources = [await volume()];
    assert.equal(
      refusal(() => ops.CreateTags({ Resources, Tags: [tag] })),
      "InvalidParameterValue",
    );
  });
}

test("while IMDS shows the tags, keys have neither slash nor space", async (t) => {
  const { ops, launch } = await startTestEc2(t);
  const shown = await launch({ MetadataOptions: { InstanceMetadataTags: "enabled" } });
  const hidden = await launch();
  const tag = (id: string, Key: string) =>
    ops.CreateTags({ Resources: [id], Tags: [{ Key, Value: "" }] });

  tag(hidden, "a/b c");
  tag(shown, "runctl:state");
  assert.equal(
    refusal(() => tag(shown, "a/b")),
    "InvalidParameterValue",
  );
  assert.equal(
    refusal(() => tag(shown, "a b")),
    "InvalidParameterValue",
  );
  assert.equal(
    refusal(() => tag(shown, "_index")),
    "InvalidParameterValue",
  );
});

test("one unknown resource and nothing is tagged", async (t) => {
  const { ops, volume } = await startTestEc2(t);
  const Resources = [await volume(), "vol-0123456789abcdef0"];
  assert.equal(
    refusal(() => ops.CreateTags({ Resources, Tags: [{ Key: "a", Value: "" }] })),
    "InvalidVolume.NotFound",
  );
  assert.deepEqual(ops.DescribeTags({}).Tags, []);
  assert.equal(
    refusal(() => ops.CreateTags({ Resources: ["what"], Tags: [{ Key: "a", Value: "" }] })),
    "InvalidID",
  );
});
