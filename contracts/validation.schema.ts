import { z } from 'zod';

const column = z.string().min(1);
const severity = z.enum(['warn', 'block']).default('block');
const warning = z.enum(['warn', 'block']).default('warn');
/** Share of rows that may break the rule. */
const atMost = z.number().min(0).max(1).default(0);
const limit = z.union([z.number(), z.iso.date()]);

/**
 * Rules over the kept rows of a snapshot; columns are those of the snapshot (`series`, `time`, `target`, `price`, `stock`, and the levels).
 * A broken rule of severity `block` ends the run before anything is learnt.
 */
export const validationRuleSchema = z.discriminatedUnion('rule', [
  z.strictObject({ column, rule: z.literal('not-null'), severity, atMost }),
  z.strictObject({ column, rule: z.literal('type'), type: z.enum(['integer', 'number', 'text', 'date']), severity, atMost }),
  z.strictObject({ column, rule: z.literal('range'), min: limit.optional(), max: limit.optional(), severity, atMost }),
  z.strictObject({ column, rule: z.literal('matches'), pattern: z.string(), severity, atMost }),
  z.strictObject({ column, rule: z.literal('accepted-values'), values: z.array(z.union([z.string(), z.number()])).min(1), severity, atMost }),
  z.strictObject({ columns: z.array(column).min(1), rule: z.literal('unique'), severity, atMost }),
  /** Every value of `column` is a key of another source. */
  z.strictObject({ column, rule: z.literal('foreign-key'), references: z.literal('products').default('products'), severity, atMost }),
  /** Within a file, rows follow each other in time. */
  z.strictObject({ rule: z.literal('monotonic-time'), severity: warning, atMost }),
  z.strictObject({ rule: z.literal('row-count'), min: z.number().int().default(1), max: z.number().int().optional(), severity }),
  /** Rows per period stay within this factor of their median, up and down. */
  z.strictObject({ rule: z.literal('row-count-band'), factor: z.number().gt(1).default(3), severity: warning }),
  z.strictObject({ rule: z.literal('series-count'), min: z.number().int().default(1), severity }),
  z.strictObject({ rule: z.literal('freshness'), maxAgeDays: z.number().positive(), severity: warning }),
  /** A query that returns the rows which break the rule; the kept rows are the table `sales`. It holds when there is none. */
  z.strictObject({ rule: z.literal('sql'), name: z.string().min(1), query: z.string().min(1), severity, atMost }),
]);
