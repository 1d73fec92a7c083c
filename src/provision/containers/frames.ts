const HEADER = 8;

/**
 * What a container said, without the frames of the engine's raw stream (Docker Engine API, “Attach to a container”: stream type, three zeros, length of
 * the payload as a big-endian 32-bit number). A container with a terminal has no frames; what is left of a cut frame is taken as it is.
 */
export function unframed(bytes: Buffer): string {
  const said: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const isFrame = at + HEADER <= bytes.length && (bytes[at] as number) <= 2 && bytes.readUIntBE(at + 1, 3) === 0;
    const end = isFrame ? at + HEADER + bytes.readUInt32BE(at + 4) : bytes.length;
    said.push(bytes.subarray(isFrame ? at + HEADER : at, end));
    at = end;
  }
  return Buffer.concat(said).toString('utf8');
}
