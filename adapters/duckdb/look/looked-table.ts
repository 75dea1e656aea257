import { open } from 'node:fs/promises';

import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier } from '../sql-text.ts';
import { listSources, obtain } from '../sources/list-sources.ts';
import { openSource, type OpenSource, reading } from '../sources/open-source.ts';
import type { SourceOptions } from '../sources/places.ts';

export interface LookRequest {
  /** File, folder, pattern or address, as it will stand in the pipeline file. */
  readonly uri: string;
  /** Folder that relative addresses start from. */
  readonly baseFolder: string;
  /** Where copies may be written. */
  readonly scratch: string;
  /** Where sources may lie; on the local disk alone when absent. */
  readonly options?: SourceOptions;
  readonly signal?: AbortSignal;
}

/** The table `looked`: the columns of the first file, with the rows of all files; what is no number, date or time is text. */
export interface LookedTable {
  readonly source: OpenSource;
  readonly rows: number;
  readonly files: number;
  /** Encoding that a text file turned out to have, where it is not UTF-8. */
  readonly encoding?: string;
  /** Whether there are more rows than were looked at. */
  readonly cut: boolean;
}

/** More rows than this say no more about a file; they are read in its order. */
const mostRows = 5_000_000;

/** Copies the rows into the table `looked`. Throws `BadInput` or `DatasetMissing`. */
export async function readLooked(session: Session, request: LookRequest): Promise<LookedTable> {
  const { uri, baseFolder, scratch, options = {}, signal } = request;
  const files = await listSources(session, options, { sources: salesAt(uri), baseFolder, ...(signal && { signal }) });
  const [first] = files;
  if (first === undefined) throw new BadInput(`${uri}: there is no file to look at; name a file with sales`);
  let [rows, encoding]: [number, string | undefined] = [0, undefined];
  let columns: OpenSource['columns'] = [];
  let looked = 0;
  for (const [i, file] of files.entries()) {
    signal?.throwIfAborted();
    if (rows >= mostRows) break;
    const { path } = await obtain(session, options, file, { folder: scratch, ...(signal && { signal }) });
    const attempt = async (name: string, csv?: Sources['sales']['csv']): Promise<OpenSource> => {
      const source = await openSource(session, { uri: file.uri, path, partition: file.partition, scratch, name, ...(csv && { csv }) });
      if (i === 0) columns = await create(session, source, mostRows);
      else await append(session, { source, columns, most: mostRows - rows });
      return source;
    };
    try {
      await attempt(`look-${String(i)}`, encoding === undefined ? undefined : { encoding, decimal: '.' });
    } catch (error) {
      // UTF-8 fails for certain on a text that is none; then the bytes say which of the usual ones it is.
      if (!(error instanceof BadInput) || encoding !== undefined || i > 0 || !error.message.includes('csv.encoding')) throw error;
      encoding = await likelyEncoding(path);
      await session.run('DROP TABLE IF EXISTS looked');
      await attempt('look-decoded', { encoding, decimal: '.' });
    }
    rows = numberIn(await session.row('SELECT count(*) AS rows FROM looked'), 'rows');
    looked = i + 1;
  }
  if (rows === 0) throw new BadInput(`${uri}: there is a header but no row below it; name a file with sales`);
  const source: OpenSource = { uri, columns, relation: 'looked', rowNumber: 'row_number() OVER ()', parameters: {}, decimal: '.' };
  return { source, rows, files: files.length, ...(encoding !== undefined && { encoding }), cut: rows >= mostRows || looked < files.length };
}

/** The settings of a pipeline file, as far as listing files asks for them. */
function salesAt(uri: string): Sources {
  return { sales: { uri, columns: { series: 'series', time: 'time', target: 'target' }, levels: {}, filters: [], duplicates: 'keep', normalizeSeries: true } };
}

const kept = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|DATE|TIMESTAMP.*|VARCHAR)$/;

async function create(session: Session, source: OpenSource, most: number): Promise<OpenSource['columns']> {
  const columns = source.columns.map(({ name, type }) => ({ name, type: kept.test(type) ? type : 'VARCHAR' }));
  const cells = columns.map(({ name, type }) => `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`);
  await reading(source.uri, () => session.run(`CREATE TEMP TABLE looked AS SELECT ${cells.join(', ')} FROM ${source.relation} LIMIT ${String(most)}`, source.parameters));
  return columns;
}

async function append(session: Session, { source, columns, most }: { readonly source: OpenSource; readonly columns: OpenSource['columns']; readonly most: number }): Promise<void> {
  const there = new Set(source.columns.map(({ name }) => name));
  const missing = columns.find(({ name }) => !there.has(name));
  if (missing !== undefined) throw new BadInput(`${source.uri}: there is no column "${missing.name}", which the first file has; look at files of one kind (a pattern such as sales-*.csv)`);
  const cells = columns.map(({ name, type }) => `TRY_CAST(${identifier(name)} AS ${type})`);
  await reading(source.uri, () => session.run(`INSERT INTO looked SELECT ${cells.join(', ')} FROM ${source.relation} LIMIT ${String(most)}`, source.parameters));
}

const sampled = 1 << 18;

/** The encoding of a text that is not UTF-8: UTF-16 by its mark, Chinese where the bytes pair up to Chinese characters, else Western European. */
async function likelyEncoding(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampled), 0, sampled, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
    const zeros = [0, 1].map((parity) => bytes.filter((byte, at) => byte === 0 && at % 2 === parity).length);
    if (Math.max(...zeros) > 0.2 * bytes.length) return (zeros[0] ?? 0) > (zeros[1] ?? 0) ? 'utf-16be' : 'utf-16le';
    const chinese = new TextDecoder('gb18030').decode(bytes);
    const foreign = [...chinese].filter((character) => character > '\u007f').length;
    const usual = [...chinese].filter((character) => character >= '\u4e00' && character <= '\u9fa5').length;
    // Western letters stand alone among ASCII: taken in pairs, they give few characters, and rarely Chinese words in a row.
    return foreign > 0 && usual > 0.8 * foreign && /[\u4e00-\u9fa5]{2}/.test(chinese) && !chinese.includes('\uFFFD'.repeat(2)) ? 'gb18030' : 'windows-1252';
  } finally {
    await file.close();
  }
}
