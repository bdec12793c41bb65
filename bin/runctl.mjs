#!/usr/bin/env node
var v = process.versions.node.split(".");
if (+v[0] < 22 || (+v[0] === 22 && +v[1] < 18)) {
  process.stderr.write(
    "error: runctl needs Node 22.18 or newer; this is " +
      process.version +
      ".\nhint: in a clone, run it as: npx runctl\n",
  );
  process.exitCode = 3;
} else {
  await import("../src/main.ts");
}
