import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountTable } from "./mount-table.ts";

test("mountinfo is read with its optional fields and its escapes", () => {
  const text = `36 35 98:0 / /mnt/my\\040data rw,noatime master:1 shared:2 - ext4 /dev/root rw
37 35 259:1 / /mnt/ro ro,noatime - xfs /dev/nvme1n1 ro,norecovery
`;
  assert.deepEqual(parseMountTable(text), [
    { deviceNumber: "98:0", mountPoint: "/mnt/my data", type: "ext4", readOnly: false },
    { deviceNumber: "259:1", mountPoint: "/mnt/ro", type: "xfs", readOnly: true },
  ]);
});
