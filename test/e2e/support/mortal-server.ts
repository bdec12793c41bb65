/**
 * A local cloud that kills itself with SIGKILL at each step that the file DEATHS does not name yet, and names it there:
 * `mortal-server.ts STATE_DIRECTORY PORT DEATHS`. Prints `serving`.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { startLocalCloud } from "../../../src/local-cloud/start-local-cloud.ts";
import { changesSomething } from "../../support/new-steps.ts";

const [, , stateDirectory = "", port = "", deaths = ""] = process.argv;
const known = new Set(existsSync(deaths) ? readFileSync(deaths, "utf8").split("\n") : []);
const isLate = [...known].some((step) => step.endsWith(" of the instance"));

const cloud = await startLocalCloud({
  stateDirectory,
  port: Number(port),
  backend: "kernel",
  onRequest({ action, phase, instanceId }) {
    // What was only read needs no second look; an instance's downloads may be cut off.
    if (!changesSomething(action) && !(instanceId !== undefined && action === "GetObject")) return;
    // The tag that the CLI removes first of all is another than the one that it removes last.
    const cli = isLate ? "the CLI, with an instance" : "the CLI";
    const step = `${phase} ${action} of ${instanceId ? "the instance" : cli}`;
    if (known.has(step)) return;
    appendFileSync(deaths, `${step}\n`);
    process.kill(process.pid, "SIGKILL");
    // The signal is on its way; nothing more is to be done here.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
process.stdout.write("serving\n");
// A process that is killed leaves none.
flushCompileCache();
await cloud.ended;
