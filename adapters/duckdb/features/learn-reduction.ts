import { setImmediate } from 'node:timers/promises';

import type { ReductionMethod } from '../../../contracts/embeddings.schema.ts';
import { principalAxes } from '../../../domain/reduction-pca.ts';
import { randomAxes } from '../../../domain/reduction-random.ts';
import type { Steps } from '../../../domain/reduction-steps.ts';
import { type Reduction, toUnitVariance } from '../../../domain/reduction.ts';
import type { PeriodLength } from '../../../domain/calendar.ts';
import { firstMomentSql } from '../period-start.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Parameters, Session } from '../session.ts';
import { textsOf } from '../typed-columns.ts';
import { vectorLength, vectorRows } from './vector-rows.ts';

export interface ReductionRequest {
  /** Path of a table with the columns `series`, `known_from` and `vector`. */
  readonly file: string;
  /** SQL of a text that tells its rows apart. */
  readonly key: string;
  readonly dims: number;
  readonly reduction: ReductionMethod;
  readonly frequency: PeriodLength;
  /** ISO date: what became known from it on teaches nothing. */
  readonly knownBefore: string;
  /** The series that take part. */
  readonly chosen: ReadonlySet<string>;
  /** Rows that teach at most, 20,000 when absent: more would hardly turn the directions, and take minutes. */
  readonly mostRows?: number;
  readonly signal?: AbortSignal;
}

/** Numbers that are learnt from at most. */
const mostNumbers = 8e6;

/**
 * A reduction to at most `dims` numbers of total variance 1, learnt from what was known in time; where that is a lot, from a part of it that
 * is drawn by the digests of the rows' keys. Undefined where it would tell nothing: for fewer than two vectors, or all alike.
 */
export async function learnReduction(session: Session, request: ReductionRequest): Promise<Reduction | undefined> {
  const { file, dims, reduction, signal } = request;
  const [any] = await session.rows(`SELECT ${vectorLength} AS width FROM read_parquet($file) WHERE vector IS NOT NULL LIMIT 1`, { file });
  const width = any === undefined ? 0 : numberIn(any, 'width');
  if (width === 0 || dims === 0) return undefined;
  const learnt = await readLearnt(session, request, width);
  const axes = reduction === 'pca' ? principalAxes : randomAxes;
  const scaled = toUnitVariance(await inPieces(axes(learnt, width, dims), signal));
  return scaled.dims === 0 ? undefined : scaled;
}

/** Runs a computation without holding up the process. */
async function inPieces<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await setImmediate();
    signal?.throwIfAborted();
  }
}

async function readLearnt(session: Session, { file, key, frequency, knownBefore, chosen, mostRows = 20_000 }: ReductionRequest, width: number): Promise<Float32Array> {
  const most = Math.min(mostRows, Math.max(1, Math.floor(mostNumbers / width)));
  const inTime = `known_from < ${firstMomentSql('CAST($before AS TIMESTAMP)', frequency)}`;
  const parameters: Parameters = { file, before: knownBefore };
  const digest = `md5(${key})`;
  const [last] = await session.rows(
    `SELECT ${digest} AS digest FROM read_parquet($file) WHERE ${inTime} AND series IN (SELECT series FROM chosen) ORDER BY digest LIMIT 1 OFFSET CAST($most AS BIGINT)`, { ...parameters, most: most - 1 });
  const drawn = last === undefined ? '' : ` AND ${digest} <= $last`;
  const rows = new Float32Array(most * width);
  let count = 0;
  // In the order of the file; joined to the chosen series they would come in any.
  for await (const chunk of session.chunks(
    `SELECT series, ${vectorLength}, vector FROM read_parquet($file) WHERE vector IS NOT NULL AND ${inTime}${drawn}`, { ...parameters, ...(last && { last: textIn(last, 'digest') }) })) {
    const { values, start } = vectorRows(chunk.getColumnVector(2));
    textsOf(chunk.getColumnVector(0)).forEach((series, row) => {
      if (!chosen.has(series) || count === most) return;
      rows.set(values.subarray(start(row), start(row) + width), count * width);
      count += 1;
    });
  }
  return rows.subarray(0, count * width);
}
