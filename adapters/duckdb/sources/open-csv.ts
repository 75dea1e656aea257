import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { literal } from '../sql-text.ts';
import { readCsvHeader } from './csv-header.ts';
import { hasMixedLineEnds, withOneLineEnd } from './line-ends.ts';
import type { Opened } from './open-source.ts';
import { readablePath } from './readable-path.ts';

export interface TextToOpen {
  /** Plain UTF-8. */
  readonly path: string;
  readonly uri: string;
  readonly csv: Sources['sales']['csv'];
  readonly scratch: string;
  readonly name: string;
}

/** A CSV file. Every column is text; the header names them, and nothing else is guessed but the delimiter. */
export async function openCsv({ path, uri, csv, scratch, name }: TextToOpen): Promise<Opened> {
  const quote = csv?.quote ?? '"';
  // First, since what has no header isn't read any further.
  const { names, delimiter } = await readCsvHeader({ path, uri, delimiter: csv?.delimiter, quote });
  let readable = path;
  if (await hasMixedLineEnds(path)) {
    await mkdir(scratch, { recursive: true });
    readable = join(scratch, `${name}.lines`);
    await withOneLineEnd(path, readable, quote);
  }
  return {
    relation: `read_csv($path, header = true, auto_detect = false, columns = {${textColumns(names)}}, delim = $delimiter, quote = $quote, escape = $quote, strict_mode = true, compression = 'none', hive_partitioning = false)`,
    rowNumber: 'row_number() OVER ()',
    parameters: { path: await readablePath(readable, scratch, name), delimiter, quote },
    columns: names.map((column) => ({ name: column, type: 'VARCHAR' })),
  };
}

/** Columns of text as the fields of an SQL struct. */
export function textColumns(names: readonly string[]): string {
  return names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
}
