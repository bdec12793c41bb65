#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import * as module from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

var v = process.versions.node.split(".");
if (+v[0] > 22 || (+v[0] === 22 && +v[1] >= 18)) {
  keepCompiled();
  await import("../src/main.ts");
} else runWith(packagedNode());

/** From the second start on, a start takes a third of the time. Where nothing can be kept, nothing is said. */
function keepCompiled() {
  var { XDG_CACHE_HOME: cache, HOME: home } = process.env;
  if (!cache && !home) return;
  var caches = cache || join(home, ".cache");
  var own = join(caches, "runctl");
  try {
    // Step by step: Node's own way to make a whole path never ends below /proc.
    for (const directory of [caches, own])
      if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
    module.enableCompileCache(own);
  } catch {
    // A home that is not there or may not be written to.
  }
}

/** The Node that `npm ci` put beside the other packages: Linux only. */
function packagedNode() {
  try {
    var name = "node-linux-" + process.arch + "/bin/node";
    return module.createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}

function runWith(node) {
  if (node === undefined) {
    process.stderr.write(
      "error: runctl needs Node 22.18 or newer; this is " +
        process.version +
        ".\nhint: in a clone, run it as: npx runctl\n",
    );
    process.exitCode = 3;
    return;
  }
  var words = [fileURLToPath(import.meta.url)].concat(process.argv.slice(2));
  var child = spawn(node, words, { stdio: "inherit" });
  // A terminal sends Ctrl-C to the child itself, which takes a second one for haste.
  var onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  process.on("SIGINT", () => onTerminal || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
