/** A server that boots one machine and is then killed: `abandoned-server.ts STATE_DIRECTORY`. Prints `booted`. */
import { createKernelBackend } from "../../../src/local-cloud/hosts/kernel-backend.ts";
import { machineOf, servicesFor, viewOf } from "./kernel-cloud.ts";

const backend = createKernelBackend({ stateDirectory: process.argv[2]! });
const machine = machineOf(1);
const view = viewOf(machine.instanceId, "#!/bin/sh\necho user data ran\n");
await backend.prepareImage("snap-image", 1);
await backend.createDisk(machine.rootVolumeId, 1, "snap-image");
process.stdout.write("booting\n");
await backend.boot(
  machine,
  servicesFor(() => view),
);
process.stdout.write("booted\n");
