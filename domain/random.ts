/** A stream of pseudo-random numbers that depends on its seed alone: the same on every machine and engine version. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number;
  /** Uniform integer in 0 … below − 1; `below` is at most 2^32. */
  integer(below: number): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * sfc32, "small fast counting" generator with 128 bits of state, by Chris Doty-Humphrey (PractRand, 2010,
 * https://pracrand.sourceforge.net/RNG_engines.txt); passes PractRand's and TestU01's batteries. Not for secrets.
 * Seed: any safe integer. As in the reference, the first 12 outputs are thrown away.
 */
export function createRandom(seed: number): Random {
  let a = 0;
  let b = seed | 0;
  let c = Math.floor(seed / 0x1_0000_0000) | 0;
  let counter = 1;

  function next32(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  for (let i = 0; i < 12; i += 1) next32();

  const next = (): number => next32() / 0x1_0000_0000;
  return {
    next,
    integer: (below) => Math.floor(next() * below),
    // Box and Muller (1958); 1 − u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** 0 … length − 1 in random order (Fisher and Yates' shuffle, as by Durstenfeld, 1964). */
export function shuffledIndices(length: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i -= 1) {
    const j = random.integer(i + 1);
    const swapped = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = swapped;
  }
  return order;
}
