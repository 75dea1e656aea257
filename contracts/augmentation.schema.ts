import { z } from 'zod';

import { augmentationMethods } from '../domain/augmentation/series/augmentation.ts';

/** Training windows that are added to those of the data; windows that validate or forecast are never touched. Trees take jitter, scaling and mix-up of these. */
export const augmentationSchema = z.strictObject({
  methods: z.array(z.enum(augmentationMethods)).default([]),
  /** Added windows per window of the data, each by one of the methods, drawn by `search.seed`. */
  copies: z.number().int().min(1).max(10).default(1),
  /** Size of the change: standard deviation relative to the series' own scale; for mix-up both parameters of the beta distribution. */
  strength: z.number().gt(0).max(1).default(0.1),
});
export type Augmentation = z.infer<typeof augmentationSchema>;
export const noAugmentation: Augmentation = { methods: [], copies: 1, strength: 0.1 };
