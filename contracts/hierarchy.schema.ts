import { z } from 'zod';

import { reconciliationMethods } from '../domain/hierarchy/reconcile.ts';

/** `total`, or the name of a level that `sources.sales.levels` declares. */
const level = z.string().min(1);

/** Levels above the series, and how forecasts of all of them are made to add up. */
export const hierarchySchema = z.strictObject({
  /** A list within the list crosses levels: `[[category, store], category, total]`. */
  levels: z.array(z.union([level, z.array(level).min(2).max(4)], { error: 'must be a level, or a list of levels to cross' })).min(1).max(16),
  method: z.enum(reconciliationMethods).default('mint-shrink'),
});
export type HierarchySettings = z.infer<typeof hierarchySchema>;
