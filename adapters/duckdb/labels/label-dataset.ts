import type { Labels } from '../../../contracts/labels.schema.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import type { Session } from '../session.ts';
import { checkZones } from '../ingest/local-times.ts';
import { listSources, obtain } from '../sources/list-sources.ts';
import { openSource } from '../sources/open-source.ts';
import type { SourceOptions } from '../sources/places.ts';
import { addEvents, createEventsTable } from './label-events.ts';
import { type LabelSet, writeLabels } from './write-labels.ts';

export interface LabelRequest {
  readonly sources: Sources;
  readonly labels: Labels;
  /** Folder that relative addresses start from. */
  readonly baseFolder: string;
  /** Where copies may be written. */
  readonly scratch: string;
  /** Path of the file to write: `.csv`, else Parquet. */
  readonly out: string;
  /** Where sources may lie; on the local disk alone when absent. */
  readonly options?: SourceOptions;
  readonly signal?: AbortSignal;
}

export interface LabelledDataset extends LabelSet {
  readonly sourceRows: number;
  /** Events that name no entity. */
  readonly withoutEntity: number;
}

/** Reads the sales source and writes its labels, see {@link writeLabels}. Throws `BadInput` or `DatasetMissing` before a file is written. */
export async function labelDataset(session: Session, { sources, labels, baseFolder, scratch, out, options = {}, signal }: LabelRequest): Promise<LabelledDataset> {
  const { sales } = sources;
  // Texts of moments must not depend on where this process stands.
  await session.run("SET TimeZone = 'UTC'");
  await checkZones(session, sales);
  await createEventsTable(session);
  const files = await listSources(session, options, { sources: { sales: { ...sales, currency: undefined } }, baseFolder, ...(signal && { signal }) });
  let [sourceRows, withoutEntity, firstDay, lastDay] = [0, 0, Infinity, -Infinity];
  for (const [i, file] of files.entries()) {
    signal?.throwIfAborted();
    const { path } = await obtain(session, options, file, { folder: scratch, ...(signal && { signal }) });
    const opened = await openSource(session, {
      uri: file.uri, path, partition: file.partition, scratch, name: `labels-${String(i)}`,
      ...(sales.csv && { csv: sales.csv }), ...(sales.format && { format: sales.format }), ...(sales.excel && { excel: sales.excel }),
    });
    const read = await addEvents(session, opened, { labels, sales });
    sourceRows += read.rows;
    withoutEntity += read.withoutEntity;
    firstDay = Math.min(firstDay, read.firstDay);
    lastDay = Math.max(lastDay, read.lastDay);
  }
  return { ...(await writeLabels(session, { labels, covered: { firstDay, lastDay }, out })), sourceRows, withoutEntity };
}
