import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Objects } from "./objects.ts";
import { nginxConf } from "./nginx-conf.ts";

export interface Origin {
  /** `http://127.0.0.1:PORT` */
  http: string;
  https: string;
  /** PEM file of the authority that signed the certificate. */
  certificates: string;
  /** Bytes that came in the bodies of uploads since the last call. */
  takeUploaded(): number;
  stop(): Promise<void>;
}

/** nginx on `core`, with the listing server behind it. */
export async function startOrigin(
  directory: string,
  { objects, millionKeys, core }: { objects: Objects; millionKeys: number; core: string[] },
): Promise<Origin> {
  makeCertificate(directory);
  for (const name of ["bodies", "proxy"]) mkdirSync(join(directory, name), { recursive: true });
  const listing = await startListing(core, [
    `bench=0:0:`,
    `uploads=0:0:`,
    `small=${objects.smallCount}:${objects.smallBytes}:${objects.smallEtag}`,
    `million=${millionKeys}:${objects.tinyBytes}:${objects.tinyEtag}`,
  ]);
  const [http, https] = [await freePort(), await freePort()];
  const conf = join(directory, "nginx.conf");
  writeFileSync(conf, nginxConf(directory, objects, { http, https, listing: listing.port }));
  const nginx = start([
    ...core,
    "nginx",
    "-p",
    directory,
    "-c",
    conf,
    "-e",
    join(directory, "error.log"),
  ]);
  await waitForPort(https, nginx);
  const log = join(directory, "uploads.log");
  return {
    http: `http://127.0.0.1:${http}`,
    https: `https://127.0.0.1:${https}`,
    certificates: join(directory, "certificate.pem"),
    takeUploaded() {
      const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
      writeFileSync(log, "");
      return lines.reduce((sum, line) => sum + (Number(line) || 0), 0);
    },
    async stop() {
      await Promise.all([end(nginx), end(listing.server)]);
    },
  };
}

function makeCertificate(directory: string): void {
  const [key, certificate] = [join(directory, "key.pem"), join(directory, "certificate.pem")];
  if (existsSync(certificate)) return;
  const names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
  const words = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "30",
    "-subj",
    "/CN=127.0.0.1",
  ];
  execFileSync("openssl", [...words, "-addext", names, "-keyout", key, "-out", certificate], {
    stdio: "ignore",
  });
}

async function startListing(core: readonly string[], buckets: readonly string[]) {
  const script = join(import.meta.dirname, "../listing-server.ts");
  const server = start([...core, process.execPath, script, ...buckets]);
  const [port]: unknown[] = await once(server.stdout!.setEncoding("utf8"), "data");
  return { server, port: Number(port) };
}

function start([program = "", ...words]: readonly string[]): ChildProcess {
  return spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const closed = once(child, "close");
  child.kill();
  await closed;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error("nginx did not start");
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await setTimeout(20);
  }
}
