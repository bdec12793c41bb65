import { type AddressInfo, connect, createServer } from "node:net";
import type { TestContext } from "node:test";

/** A TCP proxy in front of a server, whose answers it can spoil. */
export interface BadNetwork {
  url: string;
  /** The next `connections` that carry so many bytes of answers are cut there. */
  cutAnswers(rule: { afterBytes: number; connections: number }): void;
  /** Each occurrence in an answer becomes another word of the same length. */
  replaceInAnswers(from: string, to: string): void;
}

export async function startBadNetwork(t: TestContext, target: string): Promise<BadNetwork> {
  const { hostname, port } = new URL(target);
  let cut = { afterBytes: Infinity, connections: 0 };
  let replacement: [from: Buffer, to: Buffer] | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let seen = 0;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    client
      .on("data", (bytes) => void upstream.write(bytes))
      .on("close", end)
      .on("error", end);
    upstream.on("close", end).on("error", end);
    upstream.on("data", (bytes) => {
      seen += bytes.length;
      if (cut.connections > 0 && seen > cut.afterBytes) {
        cut.connections -= 1;
        return client.write(bytes.subarray(0, bytes.length / 2), end);
      }
      if (replacement) {
        const [from, to] = replacement;
        for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) {
          to.copy(bytes, at);
        }
      }
      return client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAnswers: (rule) => void (cut = { ...rule }),
    replaceInAnswers: (from, to) => void (replacement = [Buffer.from(from), Buffer.from(to)]),
  };
}
