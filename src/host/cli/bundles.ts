import { fileURLToPath } from 'node:url';

/** The folder of the bundles: this file ends up in one of them. */
export const BUNDLES = fileURLToPath(new URL('.', import.meta.url));
