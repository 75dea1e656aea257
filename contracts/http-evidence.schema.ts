import { z } from 'zod';

// What a run found out besides its metrics, as the HTTP API answers it.

const figure = z.number().nullable();

/** What one modality adds: the model fitted without it against the model with all. `gain` = 1 − full / reduced, with its 95 % interval. */
export const ablationRowSchema = z.object({
  without: z.string(),
  /** Columns that were left out. */
  columns: z.number(),
  metric: z.enum(['wql', 'wape']),
  full: z.number(),
  reduced: z.number(),
  gain: z.number(),
  low: z.number(),
  high: z.number(),
});

/** How well the first periods of products without history were forecast. */
export const coldStartRowSchema = z.object({
  method: z.string(),
  wape: figure,
  wql: figure,
  bias: figure,
  products: z.number(),
});
