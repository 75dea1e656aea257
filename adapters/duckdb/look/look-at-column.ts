import type { ColumnLook, NumberLook, TextLook, TimeLook } from '../../../domain/dataset-look/column-look.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { numberCell, textCell, timeCell } from '../sources/cells.ts';
import type { OpenSource } from '../sources/open-source.ts';
import { datesOf } from './dates.ts';

const numeric = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/;
/** Share of the filled cells that must read as numbers or times. */
const nearlyAll = 0.98;
const topValues = 40;

/** One column of the table `looked`. */
export async function lookAtColumn(session: Session, source: OpenSource, name: string): Promise<ColumnLook> {
  const type = source.columns.find((column) => column.name === name)?.type ?? 'VARCHAR';
  const text = textCell(source, name, 'look');
  const counts = await session.row(`SELECT count(*) AS rows, count(cell) AS filled, count(DISTINCT cell) AS "distinct" FROM (SELECT ${text} AS cell FROM looked)`);
  const look = { name, type, rows: numberIn(counts, 'rows'), filled: numberIn(counts, 'filled'), distinct: numberIn(counts, 'distinct') };
  if (look.filled === 0) return look;
  if (numeric.test(type)) return withNumber(look, await lookAtNumbers(session, numberCell(source, name, 'look').value, look.filled));
  if (type !== 'VARCHAR') return { ...look, time: await lookAtTimes(session, timeCell(source, name, 'look', []).value) };
  const number = await lookAtNumbers(session, numberCell(source, name, 'look').value, look.filled);
  const dates = await datesOf(session, source, name);
  const found = dates === undefined ? undefined : await lookAtTimes(session, timeCell(source, name, 'look', dates.format).value);
  const time = found === undefined ? undefined : { ...found, ...(dates?.assumed !== undefined && { assumedFormat: dates.assumed }) };
  return { ...withNumber(look, number), ...(time !== undefined && { time }), text: await lookAtTexts(session, text) };
}

function withNumber(look: ColumnLook, number: NumberLook | undefined): ColumnLook {
  return number === undefined ? look : { ...look, number };
}

async function lookAtNumbers(session: Session, value: string, filled: number): Promise<NumberLook | undefined> {
  const row = await session.row(`SELECT count(v) AS n, count(*) FILTER (v = floor(v)) AS whole, count(*) FILTER (v < 0) AS negative, count(*) FILTER (v = 0) AS zero,
    coalesce(min(v), 0) AS least, coalesce(max(v), 0) AS most, coalesce(quantile_disc(v, 0.5), 0) AS median, coalesce(quantile_disc(v, 0.001), 0) AS low, coalesce(quantile_disc(v, 0.999), 0) AS high
    FROM (SELECT ${value} AS v FROM looked)`);
  const count = numberIn(row, 'n');
  if (count === 0 || count < nearlyAll * filled) return undefined;
  const share = (name: string): number => numberIn(row, name) / count;
  return {
    whole: share('whole'), negative: share('negative'), zero: share('zero'),
    min: numberIn(row, 'least'), max: numberIn(row, 'most'), median: numberIn(row, 'median'), low: numberIn(row, 'low'), high: numberIn(row, 'high'),
  };
}

async function lookAtTimes(session: Session, value: string): Promise<TimeLook> {
  const day = (of: string): string => `coalesce(datediff('day', DATE '1970-01-01', CAST(${of} AS DATE)), 0)`;
  const row = await session.row(`SELECT count(t) AS n, ${day('min(t)')} AS first, ${day('max(t)')} AS last, count(DISTINCT CAST(t AS DATE)) AS days,
    count(*) FILTER (t <> date_trunc('day', t)) AS clock, count(*) FILTER (t <> date_trunc('hour', t)) AS minutes FROM (SELECT ${value} AS t FROM looked)`);
  const count = Math.max(1, numberIn(row, 'n'));
  return { from: numberIn(row, 'first'), to: numberIn(row, 'last'), distinctDays: numberIn(row, 'days'), withClock: numberIn(row, 'clock') / count, withMinutes: numberIn(row, 'minutes') / count };
}

/** The most frequent values, and what a sample of the values looks like. */
async function lookAtTexts(session: Session, text: string): Promise<TextLook> {
  await session.run(`CREATE OR REPLACE TEMP TABLE look_values AS SELECT cell AS value, count(*) AS rows FROM (SELECT ${text} AS cell FROM looked) WHERE cell IS NOT NULL GROUP BY cell`);
  const top = await session.rows(`SELECT value, rows FROM look_values ORDER BY rows DESC, value LIMIT ${String(topValues)}`);
  const shape = await session.row(`SELECT coalesce(avg(length(value)), 0) AS length, coalesce(avg(len(string_split_regex(value, '\\s+'))), 0) AS words,
    coalesce(avg(CAST(regexp_matches(value, '\\pL') AS INTEGER)), 0) AS letters, coalesce(avg(CAST(regexp_matches(value, '[^\\x00-\\x7F]') AS INTEGER)), 0) AS foreign_letters
    FROM (SELECT value FROM look_values ORDER BY rows DESC, value LIMIT 5000)`);
  return {
    meanLength: numberIn(shape, 'length'), meanWords: numberIn(shape, 'words'), letters: numberIn(shape, 'letters'), foreign: numberIn(shape, 'foreign_letters'),
    top: top.map((row) => ({ value: textIn(row, 'value'), rows: numberIn(row, 'rows') })),
  };
}
