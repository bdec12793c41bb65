/** As S3 writes it: base64 of four bytes in network order. */
export function crc32Text(value: number): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes.toString("base64");
}

export const crc32OfText = (text: string) => Buffer.from(text, "base64").readUInt32BE();
