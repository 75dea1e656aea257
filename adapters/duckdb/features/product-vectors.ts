import type { ModalityVectors } from '../../../contracts/embedding.ts';
import { startUnit } from '../../../domain/calendar.ts';
import type { ProductBlock } from '../../../domain/features/product-block.ts';
import { reduceRows } from '../../../domain/reduction.ts';
import { periodSql, startNumberSql } from '../period-start.ts';
import type { Session } from '../session.ts';
import { copyNumbers, textsOf } from '../typed-columns.ts';
import { learnReduction, type ReductionRequest } from './learn-reduction.ts';
import { rowAt, vectorRows } from './vector-rows.ts';

export type ProductVectorsRequest = Omit<ReductionRequest, 'key'> & Pick<ModalityVectors, 'modality'>;

/**
 * The vectors documented on `EmbedResult` of the series that take part, reduced to at most `dims` numbers each; they are read through the
 * reduction, a piece at a time. Of several vectors of a series the first one counts. Undefined where they tell nothing (see {@link learnReduction}).
 */
export async function reduceProducts(session: Session, { modality, ...request }: ProductVectorsRequest): Promise<ProductBlock | undefined> {
  const { file, frequency, chosen } = request;
  const reduction = await learnReduction(session, { ...request, key: 'series' });
  if (reduction === undefined) return undefined;
  const { dims, width } = reduction;
  const rowOf = new Map<string, number>();
  const [from, values] = [new Float64Array(chosen.size), new Float32Array(chosen.size * dims)];
  const since = `coalesce(CAST(${startNumberSql(periodSql('known_from', frequency), startUnit(frequency))} AS DOUBLE), 'nan'::DOUBLE)`;
  for await (const chunk of session.chunks(`SELECT series, ${since}, vector FROM read_parquet($file) WHERE vector IS NOT NULL`, { file })) {
    const [starts, vectors] = [new Float64Array(chunk.rowCount), vectorRows(chunk.getColumnVector(2))];
    copyNumbers(chunk.getColumnVector(1), starts, 0);
    const reduced = reduceRows(reduction, vectors.values);
    textsOf(chunk.getColumnVector(0)).forEach((series, i) => {
      if (!chosen.has(series) || rowOf.has(series)) return;
      const row = rowOf.size;
      rowOf.set(series, row);
      from[row] = starts[i] ?? Number.NaN;
      const at = rowAt(vectors.start(i), width) * dims;
      values.set(reduced.subarray(at, at + dims), row * dims);
    });
  }
  return { modality, dims, rowOf, from, values };
}
