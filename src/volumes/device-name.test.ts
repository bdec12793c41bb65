import assert from "node:assert/strict";
import { test } from "node:test";
import { freeDeviceName, isSameDevice, parseDeviceName } from "./device-name.ts";

test("names that EC2 takes for data volumes are taken", () => {
  for (const name of ["/dev/sdb", "/dev/sdf", "/dev/sdz", "/dev/xvdf", "/dev/xvdba", "/dev/xvddx"])
    assert.equal(parseDeviceName(name), name);
});

for (const name of [
  "sdf",
  "/dev/sda",
  "/dev/sdf1",
  "/dev/xvdea",
  "/dev/nvme1n1",
  "/dev/xvda",
  "",
]) {
  test(`'${name}' is refused`, () => {
    assert.throws(() => parseDeviceName(name), { code: "USAGE" });
  });
}

test("sdf and xvdf are one name", () => {
  assert.ok(isSameDevice("/dev/sdf", "/dev/xvdf"));
  assert.ok(!isSameDevice("/dev/sdf", "/dev/sdg"));
});

test("the first free name is found, if there is one", () => {
  const all = "f g h i j k l m n o p".split(" ").map((letter) => `/dev/sd${letter}`);
  assert.equal(freeDeviceName(["/dev/xvda"]), "/dev/sdf");
  assert.equal(freeDeviceName(all.slice(0, 3)), "/dev/sdi");
  assert.equal(freeDeviceName(all), undefined);
});
