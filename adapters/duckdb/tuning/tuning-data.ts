import { join } from 'node:path';

import type { TuneInput } from '../../../contracts/embedding.ts';
import type { TuningData, TuningModality } from '../../../contracts/tuning.ts';
import type { Session } from '../session.ts';
import { tuningSpan } from './tuning-span.ts';
import { demandTask, likenessTask } from './tuning-task.ts';
import { widthOf, writeVectorRows } from './vector-rows.ts';

export interface TuningRequest extends Pick<TuneInput, 'frequency' | 'horizon' | 'folds' | 'step' | 'gap'> {
  /** Paths of the panel's parts, oldest first. */
  readonly panel: readonly string[];
  /** With the paths of their vectors and changed copies. */
  readonly modalities: readonly { readonly modality: TuningModality['modality']; readonly vectors: string; readonly views?: string }[];
  /** `demand`, or a column of `statics`. */
  readonly on: string;
  readonly statics?: string;
  /** Where `<modality>.vectors` and `<modality>.views` go. */
  readonly folder: string;
}

/**
 * Lays out what the first fold's cutoff allows to learn from: products first sold by then, what was known of them, and their vectors as far
 * as those were known by then. @throws BadInput where `on` names nothing
 */
export async function tuningData(session: Session, request: TuningRequest): Promise<TuningData> {
  const { panel, on, statics, folder } = request;
  const span = await tuningSpan(session, request);
  const { series, task } = on === 'demand' ? await demandTask(session, panel, span) : await likenessTask(session, { panel, statics, column: on }, span);
  const products = new Map(series.map((name, i) => [name, i]));
  const modalities: TuningModality[] = [];
  for (const { modality, vectors, views } of request.modalities) {
    const width = await widthOf(session, vectors);
    const rowsOf = (file: string, out: string) => writeVectorRows(session, { file, width, products, knownBefore: span.knownBefore, out: join(folder, out) });
    const none = { file: join(folder, `${modality}.vectors`), rows: 0, product: new Int32Array() };
    modalities.push({
      modality, width,
      vectors: width === 0 ? none : await rowsOf(vectors, `${modality}.vectors`),
      ...(views !== undefined && width > 0 && { views: await rowsOf(views, `${modality}.views`) }),
    });
  }
  return { series, cutoff: span.cutoff, task, modalities };
}
