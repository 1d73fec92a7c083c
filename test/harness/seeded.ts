import * as fc from 'fast-check';

/** Every property is tried with the same values at each run; `PROPERTY_SEED=$RANDOM npm run test:unit` looks further. */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
