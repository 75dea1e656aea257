import type { Labels } from '../../../contracts/labels.schema.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import type { Session } from '../session.ts';
import { openSource } from '../sources/open-source.ts';
import { fingerprintSources } from '../sources/source-files.ts';
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
}

export interface LabelledDataset extends LabelSet {
  readonly sourceRows: number;
  /** Events that name no entity. */
  readonly withoutEntity: number;
}

/** Reads the sales source and writes its labels, see {@link writeLabels}. Throws `BadInput` or `DatasetMissing` before a file is written. */
export async function labelDataset(session: Session, { sources, labels, baseFolder, scratch, out }: LabelRequest): Promise<LabelledDataset> {
  await createEventsTable(session);
  const files = (await fingerprintSources({ sources, baseFolder })).filter(({ source }) => source === 'sales');
  let [sourceRows, withoutEntity, firstDay, lastDay] = [0, 0, Infinity, -Infinity];
  for (const [i, { uri, path }] of files.entries()) {
    const opened = await openSource(session, { uri, path, csv: sources.sales.csv, scratch, name: `labels-${String(i)}` });
    const read = await addEvents(session, opened, { labels, sales: sources.sales });
    sourceRows += read.rows;
    withoutEntity += read.withoutEntity;
    firstDay = Math.min(firstDay, read.firstDay);
    lastDay = Math.max(lastDay, read.lastDay);
  }
  return { ...(await writeLabels(session, { labels, covered: { firstDay, lastDay }, out })), sourceRows, withoutEntity };
}
