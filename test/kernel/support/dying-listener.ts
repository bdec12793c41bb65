// A server that is killed while it is about to listen inside a machine, its own namespace here. Prints the helper's pid.
import { readFileSync, writeSync } from "node:fs";
import { listenInside } from "../../../src/local-cloud/hosts/kernel/guest-sockets.ts";

const addresses = [{ host: "127.0.0.1", port: 0, answer: () => undefined }];
listenInside(process.pid, addresses).catch(() => undefined);
writeSync(1, readFileSync(`/proc/self/task/${process.pid}/children`));
process.kill(process.pid, "SIGKILL");
