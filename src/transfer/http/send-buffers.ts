/** As much as is read and written at once: larger pieces fall out of the processor's cache. */
const bufferBytes = 256 * 1024;

/** As many senders find one that stands in `sendMemory`; requests at a time are rarely more. */
const buffersInMemory = 64;

/** Where bodies are sent from: a CRC of bytes in WebAssembly's memory is taken without a copy. */
export const sendMemory = new WebAssembly.Memory({
  // Pages of 64 KiB, which cost nothing until they are written to.
  initial: (buffersInMemory * bufferBytes) / 65_536,
});

const spare: Buffer[] = Array.from({ length: buffersInMemory }, (_, index) =>
  Buffer.from(sendMemory.buffer, index * bufferBytes, bufferBytes),
);

export const takeSendBuffer = (): Buffer => spare.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);

/** Nobody may read or write the buffer any more. */
export const giveBackSendBuffer = (buffer: Buffer): void => void spare.push(buffer);
