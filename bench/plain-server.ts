// What node:http does alone: `plain-server.ts DIRECTORY` sends the file that a path names, and drops every body.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";

const directory = process.argv[2] ?? ".";
const server = createServer((request, response) => {
  if (request.method === "GET") {
    const file = join(directory, basename(request.url ?? ""));
    response.setHeader("content-length", statSync(file).size);
    createReadStream(file).pipe(response);
    return;
  }
  request.resume().on("end", () => response.end());
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
