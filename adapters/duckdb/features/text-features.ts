import { createHash } from 'node:crypto';

import { type PeriodLength, periodStart, startUnit } from '../../../domain/calendar.ts';
import { fitReduction, reduceRows } from '../../../domain/reduction.ts';
import { businessTimeSql, firstMomentSql, startNumberSql } from '../period-start.ts';
import type { Session } from '../session.ts';
import { arrayItems, copyNumbers, textsOf } from '../typed-columns.ts';

export interface TextFeaturesRequest {
  /** Path of the vectors documented on `EmbedResult`; none makes no texts. */
  readonly vectors: string | undefined;
  readonly dims: number;
  readonly frequency: PeriodLength;
  /** ISO date: texts known before it teach the reduction, so that no fold sees the texts of its future. */
  readonly knownBefore: string;
}

/** A series' text as its origins see it. */
export interface ReducedText {
  readonly series: string;
  /** Start of the first period that knows the text; NaN when nobody knows since when it is there. */
  readonly from: number;
  readonly values: readonly number[];
}

/** Texts of the series in the temporary table `chosen`, reduced to at most `dims` numbers each; in the order of series. */
export async function reduceTexts(session: Session, request: TextFeaturesRequest): Promise<{ readonly dims: number; readonly texts: readonly ReducedText[] }> {
  if (request.vectors === undefined || request.dims === 0) return { dims: 0, texts: [] };
  const { series, known, from, values, width } = await readChosen(session, { ...request, vectors: request.vectors });
  const learnt = values.filter((_, i) => known[Math.floor(i / width)] === true);
  const reduction = fitReduction(learnt, width, request.dims);
  if (reduction.dims === 0) return { dims: 0, texts: [] };
  const reduced = reduceRows(reduction, values);
  return {
    dims: reduction.dims,
    texts: series.map((name, i) => ({ series: name, from: from[i] ?? Number.NaN, values: [...reduced.subarray(i * reduction.dims, (i + 1) * reduction.dims)] })),
  };
}

/**
 * Digests of the texts known by each of the periods (increasing): what origins up to there can depend on, so that a new product with its
 * text leaves the table of the time before as it is.
 */
export function digestsOfTexts(texts: readonly ReducedText[], periods: readonly number[]): readonly string[] {
  const sorted = texts.filter(({ from }) => !Number.isNaN(from)).sort((a, b) => a.from - b.from);
  const hash = createHash('sha256');
  let next = 0;
  return periods.map((period) => {
    for (let text = sorted[next]; text !== undefined && text.from <= period; text = sorted[(next += 1)]) hash.update(JSON.stringify(text));
    return hash.copy().digest('hex');
  });
}

interface ChosenVectors {
  readonly series: readonly string[];
  /** Whether the text was known before the first cutoff. */
  readonly known: readonly boolean[];
  readonly from: Float64Array;
  readonly values: Float32Array;
  readonly width: number;
}

async function readChosen(session: Session, { vectors, knownBefore, frequency }: TextFeaturesRequest & { readonly vectors: string }): Promise<ChosenVectors> {
  const series: string[] = [];
  const known: boolean[] = [];
  const from: number[] = [];
  const rows: (readonly number[])[] = [];
  const sql = `SELECT series, coalesce(known_from < ${firstMomentSql('CAST($before AS TIMESTAMP)', frequency)}, false) AS known,
                 coalesce(CAST(${startNumberSql(businessTimeSql('known_from', frequency), startUnit(frequency))} AS DOUBLE), 'nan'::DOUBLE) AS since, vector FROM read_parquet($vectors)
               WHERE series IN (SELECT series FROM chosen) ORDER BY series`;
  for await (const chunk of session.chunks(sql, { vectors, before: knownBefore })) {
    series.push(...textsOf(chunk.getColumnVector(0)));
    const [flags, vector, since] = [chunk.getColumnVector(1), chunk.getColumnVector(3), new Float64Array(chunk.rowCount)];
    copyNumbers(chunk.getColumnVector(2), since, 0);
    for (let i = 0; i < chunk.rowCount; i += 1) {
      known.push(flags.getItem(i) === true);
      from.push(periodStart(since[i] ?? Number.NaN, frequency));
      rows.push(arrayItems(vector, i));
    }
  }
  const width = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => { values.set(row, i * width); });
  return { series, known, from: Float64Array.from(from), values, width };
}
