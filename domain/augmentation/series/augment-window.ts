import type { Random } from '../../random.ts';
import type { AugmentationMethod } from './augmentation.ts';
import { bootstrapBlocks } from './bootstrap-window.ts';
import { jitter, scale, sliceWindow, warpMagnitude, warpTime } from './warp-window.ts';

/** A changed copy of a window (see warp-window.ts), by every method that takes one window alone. `block-bootstrap` has no strength. */
export function augmentWindow(method: Exclude<AugmentationMethod, 'mix-up'>, window: Float64Array, strength: number, random: Random): Float64Array {
  switch (method) {
    case 'jitter': return jitter(window, strength, random);
    case 'scaling': return scale(window, strength, random);
    case 'magnitude-warp': return warpMagnitude(window, strength, random);
    case 'time-warp': return warpTime(window, strength, random);
    case 'window-slicing': return sliceWindow(window, strength, random);
    case 'block-bootstrap': return bootstrapBlocks(window, random);
  }
}
