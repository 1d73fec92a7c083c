/*
 * `log` and `exp` after fdlibm 5.3 (e_log.c, e_exp.c), https://www.netlib.org/fdlibm:
 *
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 * Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 */

/** The order in which a double's two words lie in memory. */
export const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
const FLOAT = new Float64Array(1);
const WORDS = new Int32Array(FLOAT.buffer);

/** 2 to the power of −k stands at 1023 + k: to scale by it is exact, and faster than to write an exponent into memory and read it back. */
const SCALES = new Float64Array(2048);
for (let i = 0, up = 1, down = 1; i <= 1024; i++, up *= 2, down /= 2) [SCALES[1023 - i], SCALES[1023 + i]] = [up, down];

/** ln 2 in two parts, the first of which times an exponent is exact. */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];

/**
 * The natural logarithm of a positive, finite and normal number, within one unit in the last place. ECMAScript leaves `Math.log`, `Math.exp` and
 * `**` to the engine (V8's `**` changed with Node 24, and C++ may fuse multiply and add on ARM), while +, −, ×, ÷ and √ are the same
 * everywhere: of those alone a simulation is made that must be the same on any machine.
 */
export function log(x: number): number {
  FLOAT[0] = x;
  const word = WORDS[HIGH] as number;
  const mantissa = word & 0xfffff;
  // Scaled into [√½, √2), so that f is small.
  const half = (mantissa + 0x95f64) & 0x100000;
  const k = (word >> 20) - 1023 + (half >> 20);
  const f = x * (SCALES[1023 + k] as number) - 1;
  if (((2 + mantissa) & 0xfffff) < 3) return ofNearOne(f, k);
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const r = odd + even;
  if (((mantissa - 0x6147a) | (0x6b851 - mantissa)) > 0) {
    const square = 0.5 * f * f;
    return k === 0 ? f - (square - s * (square + r)) : k * LN2_HIGH - (square - (s * (square + r) + k * LN2_LOW) - f);
  }
  return k === 0 ? f - s * (f - r) : k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

function ofNearOne(f: number, k: number): number {
  const r = f * f * (0.5 - 0.3333333333333333 * f);
  return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
}

const [MOST, LEAST] = [709, -708];

/** e to the power of x, within one unit in the last place from −708 to 709; what is beyond is taken for that. */
export function exp(x: number): number {
  const given = x > MOST ? MOST : x < LEAST ? LEAST : x;
  const k = Math.abs(given) > 0.5 * LN2_HIGH ? Math.trunc(Math.LOG2E * given + (given < 0 ? -0.5 : 0.5)) : 0;
  const high = given - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t * (-0.0027777777777015593 + t * (0.00006613756321437934 + t * (-0.0000016533902205465252 + t * 4.1381367970572385e-8))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  return (1 - (low - (r * c) / (2 - c) - high)) * (SCALES[1023 - k] as number);
}

/** A positive number to any power: within some units in the last place, which chance does not need better. */
export const power = (base: number, exponent: number): number => exp(exponent * log(base));
