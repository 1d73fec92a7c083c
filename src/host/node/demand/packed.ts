import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** The library’s WebAssembly as it lies in the folder of the bundles. */
export const packedMstl = (bundles: string) => (): Uint8Array => brotliDecompressSync(readFileSync(join(bundles, 'augurs-mstl.wasm.br')));
