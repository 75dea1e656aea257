import { FLOAT, VARCHAR } from '@duckdb/node-api';
import { fitReduction, reduceRows } from '../../../domain/reduction.ts';
import { fillTable } from '../fill-table.ts';
import type { Session } from '../session.ts';
import { arrayItems, textsOf } from '../typed-columns.ts';

export interface TextFeaturesRequest {
  /** Path of the vectors documented on `EmbedResult`; none makes an empty table. */
  readonly vectors: string | undefined;
  readonly dims: number;
  /** ISO date: texts known before it teach the reduction, so that no fold sees the texts of its future. */
  readonly knownBefore: string;
}

/**
 * Fills `texts_reduced (series, known_from, reduced_text_1 …)` for the series in `chosen`; returns how many dimensions the texts carry.
 */
export async function reduceTexts(session: Session, { vectors, dims, knownBefore }: TextFeaturesRequest): Promise<number> {
  const { series, known, values, width } = vectors === undefined || dims === 0 ? empty : await readChosen(session, vectors, knownBefore);
  const learnt = values.filter((_, i) => known[Math.floor(i / width)] === true);
  const reduction = fitReduction(learnt, width, dims);
  const reduced = reduction.dims === 0 ? new Float32Array(0) : reduceRows(reduction, values);
  await fillTable(session, 'reduced_rows', reduction.dims === 0 ? 0 : series.length, [
    { name: 'series', type: VARCHAR, value: (row) => series[row] ?? null },
    ...Array.from({ length: reduction.dims }, (_, axis) => ({
      name: `reduced_text_${String(axis + 1)}`, type: FLOAT, value: (row: number) => reduced[row * reduction.dims + axis] ?? null,
    })),
  ]);
  await session.run(
    vectors === undefined
      ? "CREATE OR REPLACE TEMP TABLE texts_reduced AS SELECT *, TIMESTAMP '1970-01-01' AS known_from FROM reduced_rows"
      : 'CREATE OR REPLACE TEMP TABLE texts_reduced AS SELECT * FROM reduced_rows JOIN (SELECT series, known_from FROM read_parquet($vectors)) USING (series)',
    vectors === undefined ? {} : { vectors },
  );
  return reduction.dims;
}

interface ChosenVectors {
  readonly series: readonly string[];
  /** Whether the text was known before the first cutoff. */
  readonly known: readonly boolean[];
  readonly values: Float32Array;
  readonly width: number;
}
const empty: ChosenVectors = { series: [], known: [], values: new Float32Array(0), width: 0 };

async function readChosen(session: Session, vectors: string, knownBefore: string): Promise<ChosenVectors> {
  const series: string[] = [];
  const known: boolean[] = [];
  const rows: (readonly number[])[] = [];
  const sql = `SELECT series, coalesce(known_from < CAST($before AS TIMESTAMP), false) AS known, vector FROM read_parquet($vectors)
               WHERE series IN (SELECT series FROM chosen) ORDER BY series`;
  for await (const chunk of session.chunks(sql, { vectors, before: knownBefore })) {
    series.push(...textsOf(chunk.getColumnVector(0)));
    const [flags, vector] = [chunk.getColumnVector(1), chunk.getColumnVector(2)];
    for (let i = 0; i < chunk.rowCount; i += 1) {
      known.push(flags.getItem(i) === true);
      rows.push(arrayItems(vector, i));
    }
  }
  const width = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => { values.set(row, i * width); });
  return { series, known, values, width };
}
