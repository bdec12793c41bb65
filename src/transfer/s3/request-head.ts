/** What no header may have: S3 takes ASCII, and a line's end would begin another header. */
const foreign = /[^\t\x20-\x7e]/;

/** The request line and headers as they go over the wire, with the empty line at the end. */
export function requestHead(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
): string {
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (const name in headers) {
    const value = headers[name]!;
    if (foreign.test(value))
      throw new Error(`header ${name} is not ASCII: ${JSON.stringify(value)}`);
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}
