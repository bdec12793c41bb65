import assert from "node:assert/strict";
import { test } from "node:test";
import { findCgroupHierarchy } from "./machine-cgroup.ts";

const v1 = "38 36 0:32 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices";
const v1Joined =
  "38 36 0:32 / /sys/fs/cgroup/some rw,relatime shared:9 - cgroup cgroup rw,cpu,devices";
const v2 = "39 36 0:33 / /sys/fs/cgroup/unified rw,relatime shared:1 master:2 - cgroup2 cgroup2 rw";
const other = "36 22 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755";

test("the devices controller of cgroup v1 is preferred, wherever it is mounted", () => {
  const found = findCgroupHierarchy([other, v2, v1].join("\n"));
  assert.deepEqual(found, { directory: "/sys/fs/cgroup/devices", limitsDevices: true });
  assert.equal(findCgroupHierarchy(v1Joined)?.directory, "/sys/fs/cgroup/some");
});

test("cgroup v2 keeps machines together, but does not limit their devices", () => {
  const found = findCgroupHierarchy([other, v2].join("\n"));
  assert.deepEqual(found, { directory: "/sys/fs/cgroup/unified", limitsDevices: false });
  assert.equal(findCgroupHierarchy(other), undefined);
});
