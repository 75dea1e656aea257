import { INTEGER } from '@duckdb/node-api';
import { BadInput } from '../../../contracts/failure.ts';
import type { Labels } from '../../../contracts/labels.schema.ts';
import { isoOfDay } from '../../../domain/calendar.ts';
import { dayOr, daysIn, labelCutoffs } from '../../../domain/labels/label-cutoffs.ts';
import { fillTable } from '../fill-table.ts';
import { numberIn, numberOrNaN } from '../row-values.ts';
import type { Session } from '../session.ts';
import { exactSum } from '../sql-text.ts';
import { writeCsv, writeParquet } from '../write-parquet.ts';
import { eventsTable, type ReadEvents } from './label-events.ts';

export interface LabelSet {
  readonly rows: number;
  readonly entities: number;
  readonly cutoffs: number;
  /** Rows whose days the data do not cover to the end; their label is NULL. */
  readonly censored: number;
  /** Rows with an event in time, among those that are covered. */
  readonly events: number;
  /** Mean label of the covered rows that have one; NaN without any. */
  readonly meanLabel: number;
  /** ISO dates of the first and last cutoff, and of the last day of the data. */
  readonly from: string;
  readonly to: string;
  readonly dataTo: string;
}

const mostCutoffs = 10_000;

/**
 * Writes the labels of the events in {@link eventsTable}, a row per entity and cutoff from the entity's first event on, sorted by both:
 * `entity VARCHAR, cutoff DATE, label DOUBLE, event BOOLEAN, observed_days INTEGER, complete BOOLEAN`. A label rests on the days after its
 * cutoff alone, up to `within` of them; features for it may see the cutoff's own day and what lies before. Where the data end
 * earlier (`complete` false) label and event are NULL and `observed_days` says how many of the days they cover: the censoring time of
 * models that can use it. The day of the last row counts as covered. `time-to-next` has no label, and `event` false, where no event follows
 * in time. CSV when `out` ends so, else Parquet.
 */
export async function writeLabels(session: Session, { labels, covered, out }: { readonly labels: Labels; readonly covered: Pick<ReadEvents, 'firstDay' | 'lastDay'>; readonly out: string }): Promise<LabelSet> {
  const within = daysIn(labels.within) ?? 0;
  const { every } = labels.cutoffs;
  const [from, to] = [dayOr(labels.cutoffs.from, covered.firstDay), dayOr(labels.cutoffs.to, covered.lastDay)];
  const cutoffs = labelCutoffs({ every, from, to });
  if (cutoffs.length === 0) throw new BadInput(`labels.cutoffs: there is no day from ${isoOfDay(from)} to ${isoOfDay(to)}; the data reach from ${isoOfDay(covered.firstDay)} to ${isoOfDay(covered.lastDay)}`);
  if (cutoffs.length > mostCutoffs) throw new BadInput(`labels.cutoffs: ${String(cutoffs.length)} cutoffs every ${every} from ${isoOfDay(from)} to ${isoOfDay(to)}; choose fewer, ${String(mostCutoffs)} at most`);
  await fillTable(session, 'label_cutoffs', cutoffs.length, [{ name: 'cutoff', type: INTEGER, value: (i) => cutoffs[i] ?? 0 }]);
  await session.run(`CREATE OR REPLACE TEMP TABLE label_days AS SELECT entity, day, ${exactSum('value')} AS value FROM ${eventsTable} GROUP BY entity, day`);
  await session.run(`CREATE OR REPLACE TEMP TABLE label_rows AS ${rowsSql(labels.rule)}`, { within, last: covered.lastDay });
  const facts = await session.row(`
    SELECT count(*) AS rows, count(DISTINCT entity) AS entities, count(*) FILTER (NOT complete) AS censored, count(*) FILTER (event) AS events, ${exactSum('label')} / count(label) AS mean_label
    FROM label_rows`);
  if (numberIn(facts, 'rows') === 0) throw new BadInput(`labels: nobody has an event up to ${isoOfDay(cutoffs.at(-1) ?? to)}; see labels.where and labels.cutoffs`);
  const write = out.toLowerCase().endsWith('.csv') ? writeCsv : writeParquet;
  await write(session, { select: 'SELECT * FROM label_rows ORDER BY entity, cutoff', out });
  for (const table of ['label_rows', 'label_days', 'label_cutoffs', eventsTable]) await session.run(`DROP TABLE ${table}`);
  return {
    rows: numberIn(facts, 'rows'), entities: numberIn(facts, 'entities'), cutoffs: cutoffs.length, censored: numberIn(facts, 'censored'), events: numberIn(facts, 'events'),
    meanLabel: numberOrNaN(facts, 'mean_label'), from: isoOfDay(cutoffs[0] ?? from), to: isoOfDay(cutoffs.at(-1) ?? to), dataTo: isoOfDay(covered.lastDay),
  };
}

const labelSql: Readonly<Record<Labels['rule'], string>> = {
  'event-within': 'CAST(next_day IS NOT NULL AS DOUBLE)',
  'sum-within': 'coalesce(value, 0)',
  'time-to-next': 'CAST(next_day - cutoff AS DOUBLE)',
};

/** Events find the cutoffs they follow, rather than every pair of entity and cutoff its events: the work grows with the events. */
function rowsSql(rule: Labels['rule']): string {
  return `
    WITH known AS (SELECT entity, min(day) AS first_day FROM label_days GROUP BY entity),
    following AS (
      SELECT entity, cutoff, min(day) AS next_day, ${exactSum('value')} AS value
      FROM label_days JOIN label_cutoffs ON cutoff < day AND day <= cutoff + CAST($within AS INTEGER) GROUP BY entity, cutoff
    ), covered AS (
      SELECT entity, cutoff, next_day, value, cutoff + CAST($within AS INTEGER) <= CAST($last AS INTEGER) AS complete
      FROM known JOIN label_cutoffs ON first_day <= cutoff LEFT JOIN following USING (entity, cutoff)
    )
    SELECT entity, DATE '1970-01-01' + cutoff AS cutoff, CASE WHEN complete THEN ${labelSql[rule]} END AS label,
           CASE WHEN complete THEN next_day IS NOT NULL END AS event,
           greatest(0, least(CAST($within AS INTEGER), CAST($last AS INTEGER) - cutoff)) AS observed_days, complete
    FROM covered`;
}
