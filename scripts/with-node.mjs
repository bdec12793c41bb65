// Runs `node <args>` under the Node of this clone; installs first where node_modules is missing or older than the lock file.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// npm writes what it installed into node_modules/.package-lock.json, as its last step.
function installed() {
  const here = join(root, "node_modules/.package-lock.json");
  if (!existsSync(here)) return false;
  const have = JSON.parse(readFileSync(here, "utf8")).packages;
  const want = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.keys(want).every(
    (path) =>
      path === "" ||
      (have[path]
        ? have[path].version === want[path].version
        : want[path].optional || want[path].devOptional || want[path].peer),
  );
}

if (!installed()) {
  process.stderr.write("installing the packages of package-lock.json (npm ci) ...\n");
  // stdout belongs to the command: npm's goes to stderr.
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (npm.status !== 0) process.exit(npm.status === null ? 1 : npm.status);
}

function nodeOfThisClone() {
  try {
    return createRequire(join(root, "package.json")).resolve(
      "node-linux-" + process.arch + "/bin/node",
    );
  } catch {
    return process.execPath;
  }
}

const node = nodeOfThisClone();
const child = spawn(node, process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, PATH: dirname(node) + ":" + process.env.PATH },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
