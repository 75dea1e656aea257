import { z } from 'zod';

import { filterSchema } from './sources.schema.ts';

const column = z.string().min(1);
/** A number of days: `7d`. */
const days = z.string().regex(/^[1-9]\d{0,3}d$/, 'a number of days, such as 7d or 30d');

const scope = {
  /** Column of the sales source that says whom the label is of, e.g. a customer. */
  entity: column,
  /** Column of the sales source that says when; `sources.sales.columns.time` when absent. */
  time: column.optional(),
  /** Rows that are events; every row with an entity when absent. The filters of `sources.sales` do not apply: a label may be about what they leave out. */
  where: z.array(filterSchema).default([]),
  /** The label looks at the days after the cutoff, this many. */
  within: days,
  /** A row for each cutoff that comes after an entity's first event. Without `from` and `to`: the first and the last day of the data. */
  cutoffs: z.strictObject({
    every: z.string().regex(/^[1-9]\d{0,2}[dwm]$/, 'days, weeks or months, such as 1d, 2w or 1m').default('1w'),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
  }).default({ every: '1w' }),
};

/** What is to be learnt of each entity as of each cutoff, derived from the rows after it. */
export const labelsSchema = z.discriminatedUnion('rule', [
  /** 1 when an event follows in time, else 0. */
  z.strictObject({ rule: z.literal('event-within'), ...scope }),
  /** Sum of `value` over the events that follow in time; `sources.sales.columns.target` when absent. */
  z.strictObject({ rule: z.literal('sum-within'), value: column.optional(), ...scope }),
  /** Days until the next event, where it follows in time. */
  z.strictObject({ rule: z.literal('time-to-next'), ...scope }),
]);
export type Labels = z.infer<typeof labelsSchema>;
