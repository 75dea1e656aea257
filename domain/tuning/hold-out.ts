import { keyHash } from '../splits/key-hash.ts';

/** Share of products that tuning learns nothing from: they tell when to stop. */
const share = 0.2;

/** Whether a product is held out, by its name and the seed alone: products that come or go move no other. */
export function isHeldOut(series: string, seed: number): boolean {
  return keyHash(series, seed) < share * 0x1_0000_0000;
}
