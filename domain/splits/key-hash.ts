/**
 * 32-bit hash of a key under a seed: MurmurHash3 (x86, 32 bits) by Austin Appleby over the key's UTF-16 code units, two bytes each.
 * The same everywhere, and for keys that differ as good as independent. Not for secrets.
 */
export function keyHash(key: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < key.length; i += 2) {
    const whole = i + 1 < key.length;
    const block = mixed(key.charCodeAt(i) | (whole ? key.charCodeAt(i + 1) << 16 : 0));
    hash ^= block;
    if (whole) hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= key.length * 2;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

/** Positions 0 … keys.length − 1 in the order of their keys' hashes, equal hashes by key, equal keys by position. */
export function orderByHash(keys: readonly string[], seed: number): Uint32Array {
  const hashes = Uint32Array.from(keys, (key) => keyHash(key, seed));
  const compare = (a: number, b: number): number => {
    const difference = (hashes[a] ?? 0) - (hashes[b] ?? 0);
    if (difference !== 0) return difference;
    const [x = '', y = ''] = [keys[a], keys[b]];
    return x < y ? -1 : x > y ? 1 : a - b;
  };
  return Uint32Array.from(keys.keys()).sort(compare);
}
