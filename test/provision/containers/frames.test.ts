import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unframed } from '../../../src/provision/containers/frames.ts';

const frame = (stream: number, text: string): Buffer => {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

it('says what the container said on both streams, in any tongue', () => {
  const said = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(said, (parts) => {
      expect(unframed(Buffer.concat(parts.map(([stream, text]) => frame(stream, text))))).toBe(
        Buffer.concat(parts.map(([, text]) => Buffer.from(text))).toString('utf8'),
      );
    }),
  );
});

it('takes what has no frames as it is, and a cut frame as far as it goes', () => {
  expect(unframed(Buffer.from('login: '))).toBe('login: ');
  expect(unframed(frame(1, 'begun and').subarray(0, -4))).toBe('begun');
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void unframed(Buffer.from(bytes))));
});
