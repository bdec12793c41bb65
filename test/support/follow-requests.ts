import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Fault, ProxiedRequest } from "./fault-proxy.ts";

const headEnd = "\r\n\r\n";

/** Hands on what goes between a client and a server, one request after the other, with the faults that are planned. */
export function followRequests(
  client: Socket,
  upstream: Socket,
  plan: (request: Omit<ProxiedRequest, "number">) => Fault | undefined,
): void {
  let fault: Fault | undefined;
  let head = Buffer.alloc(0);
  /** Of the request's body, still to come. */
  let bodyLeft = 0;
  let bodySeen = 0;
  let answer = startAnswer();

  client.on("data", (bytes) => {
    for (let rest = bytes; rest.length > 0;) {
      if (bodyLeft > 0) {
        const piece = rest.subarray(0, bodyLeft);
        rest = rest.subarray(piece.length);
        bodyLeft -= piece.length;
        takeBody(piece);
        continue;
      }
      head = Buffer.concat([head, rest]);
      const end = head.indexOf(headEnd);
      if (end < 0) return;
      rest = head.subarray(end + headEnd.length);
      takeHead(head.subarray(0, end + headEnd.length));
      head = Buffer.alloc(0);
    }
  });

  function takeHead(bytes: Buffer): void {
    const text = bytes.toString("latin1");
    const [method = "", target = ""] = text.split(" ");
    fault = plan({ method, target, range: /^range: (.*)\r$/im.exec(text)?.[1] });
    bodyLeft = Number(/^content-length: (\d+)\r$/im.exec(text)?.[1] ?? 0);
    bodySeen = 0;
    answer = startAnswer();
    if (fault?.kind !== "answer") upstream.write(bytes);
    else if (/^expect: 100-continue\r$/im.test(text)) refuse(fault, "close");
    else if (bodyLeft === 0) refuse(fault, "keep-alive");
    if (fault?.kind === "cut-request" && fault.afterBytes === 0) reset();
  }

  function takeBody(bytes: Buffer): void {
    if (fault?.kind === "wrong-request-byte") spoil(bytes, fault.at - bodySeen);
    bodySeen += bytes.length;
    if (fault?.kind === "answer") {
      if (bodyLeft === 0) refuse(fault, "keep-alive");
    } else if (fault?.kind === "cut-request" && bodySeen >= fault.afterBytes) {
      upstream.write(bytes.subarray(0, bytes.length - (bodySeen - fault.afterBytes)));
      reset();
    } else {
      upstream.write(bytes);
    }
  }

  function refuse({ status, code }: Fault & { kind: "answer" }, connection: string): void {
    const body = `<Error><Code>${code}</Code><Message>planned</Message></Error>`;
    const lines = [
      `HTTP/1.1 ${status} ${code}`,
      "content-type: application/xml",
      `content-length: ${body.length}`,
      `connection: ${connection}`,
    ];
    client.write(`${lines.join("\r\n")}${headEnd}${body}`);
    if (connection === "close") client.end();
  }

  function reset(): void {
    // Only a socket of TCP can be reset; one of TLS would throw, and the connection go on.
    if (client instanceof TLSSocket) client.destroy();
    else client.resetAndDestroy();
    upstream.destroy();
  }

  upstream.on("data", (bytes) => {
    const from = answer.seen;
    answer.seen += bytes.length;
    answer.note(bytes);
    if (fault?.kind === "cut-answer" && answer.seen > fault.afterBytes) {
      client.write(bytes.subarray(0, Math.max(0, fault.afterBytes - from)), reset);
      return;
    }
    const bodyFrom = from - answer.headBytes();
    if (fault?.kind === "short-body" && bodyFrom + bytes.length > fault.afterBytes) {
      client.end(bytes.subarray(0, Math.max(0, fault.afterBytes - bodyFrom)));
      upstream.destroy();
      return;
    }
    if (fault?.kind === "wrong-byte") spoil(bytes, fault.at - bodyFrom);
    client.write(bytes);
  });
}

function spoil(bytes: Buffer, at: number): void {
  if (at >= 0 && at < bytes.length) bytes[at] = bytes[at]! ^ 0x10;
}

/** Where the body of an answer begins. An interim 100 has no part in it: it ends with its own empty line. */
function startAnswer() {
  let head = "";
  return {
    seen: 0,
    note(bytes: Buffer) {
      if (!this.isWhole()) head += bytes.toString("latin1");
      if (head.startsWith("HTTP/1.1 100")) {
        this.seen = head.length - (head.indexOf(headEnd) + headEnd.length);
        head = head.slice(head.indexOf(headEnd) + headEnd.length);
      }
    },
    isWhole: () => head.includes(headEnd),
    /** Infinity until it is known. */
    headBytes: () => (head.includes(headEnd) ? head.indexOf(headEnd) + headEnd.length : Infinity),
  };
}
