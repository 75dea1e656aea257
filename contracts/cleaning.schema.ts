import { z } from 'zod';

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** How values that are missing (unknown, not zero) are filled for features; nothing is trained or scored on a filled value. */
export const missingMethods = ['mean', 'median', 'linear', 'seasonal', 'predict', 'constant', 'drop'] as const;
export const outlierMethods = ['iqr', 'z-score', 'robust-z', 'seasonal-residual', 'none'] as const;

/** Touches training data only; actuals used for scoring stay raw. Everything is as of its period: it rests on past values only. */
export const cleaningSchema = z.strictObject({
  /** What a period without a row means, from the series' first sale on: nothing was sold (zero), the shop was closed, or nobody knows. */
  gaps: z.enum(['no-sale', 'closed', 'unknown']).default('no-sale'),
  /** When the shop is closed: no sale is expected, and none is learnt from. A period counts when all its days are closed. */
  closed: z.strictObject({ weekdays: z.array(z.enum(weekdays)).default([]), dates: z.array(z.iso.date()).default([]) }).optional(),
  /** For unknown periods and rows without a target. */
  missing: z
    .strictObject({ method: z.enum(missingMethods).default('drop'), value: z.number().optional() })
    .refine(({ method, value }) => (method === 'constant') === (value !== undefined), 'method constant needs a value, and no other method takes one')
    .default({ method: 'drop' }),
  /** `factor` in the method's own unit: interquartile ranges beyond the quartiles, standard deviations, robust deviations (1.4826 × MAD). */
  outliers: z
    .strictObject({
      method: z.enum(outlierMethods).default('iqr'),
      action: z.enum(['clip', 'mark', 'remove']).default('clip'),
      factor: z.number().positive().default(3),
      /** `upper` leaves unusually low periods alone. */
      sides: z.enum(['upper', 'both']).default('upper'),
      /** Days of known events (ISO dates); periods with one are never taken for outliers. */
      except: z.array(z.iso.date()).default([]),
    })
    .default({ method: 'iqr', action: 'clip', factor: 3, sides: 'upper', except: [] }),
  /** Sales of periods in which the stock ran out say less than was wanted: `censored` takes them for at least as much as usual (needs `columns.stock`). */
  stockouts: z.enum(['censored', 'ignore']).default('censored'),
  /** Series with fewer periods than this before the first fold's cutoff take part, but are not scored or proposed as evidence. */
  minHistory: z.number().int().min(1).default(8),
  /** Keep only the N series with the largest total before the first cutoff. */
  top: z.number().int().positive().optional(),
});

export const defaultCleaning = cleaningSchema.parse({});
