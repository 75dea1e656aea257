import { stat } from 'node:fs/promises';
import { distance } from 'fastest-levenshtein';
import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { nearestName } from '../../../domain/nearest-name.ts';
import { quoted, textIn } from '../row-values.ts';
import type { Parameters, Session } from '../session.ts';
import { identifier, literal } from '../sql-text.ts';
import { containerOf, expectFormat, isJson } from './file-format.ts';
import { openCsv } from './open-csv.ts';
import { openExcel } from './open-excel.ts';
import { openJson } from './open-json.ts';
import { checkParquet } from './parquet-footer.ts';
import { reading } from './read-refusals.ts';
import { readablePath } from './readable-path.ts';
import { isUtf8, plainUtf8 } from './text-encoding.ts';

export { reading } from './read-refusals.ts';

export interface SourceColumn {
  readonly name: string;
  /** DuckDB's type; every column of a CSV, JSON or Excel file is VARCHAR until its use is known. */
  readonly type: string;
}

/** What can be selected from, whatever the file's format. */
export interface Opened {
  readonly columns: readonly SourceColumn[];
  /** Table expression with all columns of the file and what `rowNumber` needs. */
  readonly relation: string;
  /** SQL of the 1-based number of the data row, in the order of the file. */
  readonly rowNumber: string;
  readonly parameters: Parameters;
}

/** A source file that can be selected from. */
export interface OpenSource extends Opened {
  /** As the user wrote it; messages begin with it. */
  readonly uri: string;
  readonly decimal: '.' | ',';
  readonly timeFormat?: string;
}

export interface SourceToOpen {
  readonly uri: string;
  readonly path: string;
  readonly csv?: Sources['sales']['csv'];
  /** Told by the content when absent. */
  readonly format?: Sources['sales']['format'];
  readonly excel?: Sources['sales']['excel'];
  /** Columns with one value in every row of the file; a column of the file's own with such a name counts instead. */
  readonly partition?: Readonly<Record<string, string>> | undefined;
  /** Where copies in another encoding or format may be written. */
  readonly scratch: string;
  /** Names those copies: one for every file that is opened with this scratch folder. */
  readonly name: string;
}

/** Opens a CSV, JSON, Parquet or Excel file, told apart by content. Throws `BadInput` when it can be read as none of them. */
export async function openSource(session: Session, source: SourceToOpen): Promise<OpenSource> {
  const { uri, csv } = source;
  const opened = withPartition(await openFile(session, source), source.partition);
  return { uri, ...opened, decimal: csv?.decimal ?? '.', ...(csv?.timeFormat !== undefined && { timeFormat: csv.timeFormat }) };
}

async function openFile(session: Session, source: SourceToOpen): Promise<Opened> {
  const { uri, path, csv, format, excel, scratch, name } = source;
  const container = await containerOf(path, uri);
  if (container === 'parquet') {
    expectFormat('parquet', format, uri);
    return openParquet(session, source);
  }
  if (container === 'zip') {
    expectFormat('excel', format, uri);
    return openExcel({ path, uri, excel, scratch, name });
  }
  const encoding = csv?.encoding ?? 'utf-8';
  if ((container === 'utf-16le' || container === 'utf-16be') && isUtf8(encoding)) throw new BadInput(`${uri}: the text is UTF-16, not UTF-8; set csv.encoding: ${container}`);
  const isCompressed = container === 'gzip';
  let text = path;
  if (isCompressed || !isUtf8(encoding)) {
    text = await plainUtf8({ path, uri, encoding, isCompressed, compressedBytes: (await stat(path)).size, folder: scratch, name });
    if (isCompressed && (await containerOf(text, uri)) !== 'text') throw new BadInput(`${uri}: the gzip file holds no text; unpack it`);
  }
  const found = format === 'json' || (format === undefined && (await isJson(text, uri))) ? 'json' : 'csv';
  expectFormat(found, format, uri);
  const toOpen = { path: text, uri, csv, scratch, name };
  return found === 'json' ? openJson(session, toOpen) : openCsv(toOpen);
}

async function openParquet(session: Session, { uri, path, scratch, name }: SourceToOpen): Promise<Opened> {
  await checkParquet(path, uri);
  const parameters = { path: await readablePath(path, scratch, name) };
  const plain = 'read_parquet($path, hive_partitioning = false)';
  const columns = await describe(session, uri, plain, parameters);
  // DuckDB counts the rows itself, unless a column of the file has the name that it would give the count.
  if (columns.some((column) => column.name.toLowerCase() === 'file_row_number')) return { columns, relation: plain, rowNumber: 'row_number() OVER ()', parameters };
  return { columns, relation: 'read_parquet($path, file_row_number = true, hive_partitioning = false)', rowNumber: 'file_row_number + 1', parameters };
}

async function describe(session: Session, uri: string, relation: string, parameters: Parameters): Promise<SourceColumn[]> {
  const rows = await reading(uri, () => session.rows(`DESCRIBE SELECT * FROM ${relation}`, parameters));
  return rows.map((row) => ({ name: textIn(row, 'column_name'), type: textIn(row, 'column_type') }));
}

function withPartition(opened: Opened, partition: SourceToOpen['partition']): Opened {
  const own = new Set(opened.columns.map(({ name }) => name.toLowerCase()));
  const added = Object.entries(partition ?? {}).filter(([name]) => !own.has(name.toLowerCase()));
  if (added.length === 0) return opened;
  return {
    ...opened,
    columns: [...opened.columns, ...added.map(([name]) => ({ name, type: 'VARCHAR' }))],
    relation: `(SELECT *, ${added.map(([name, value]) => `${literal(value)} AS ${identifier(name)}`).join(', ')} FROM ${opened.relation})`,
  };
}

/** The column of this name; else `BadInput` with the nearest right name. */
export function columnNamed(source: OpenSource, name: string, role: string): SourceColumn {
  const found = source.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = source.columns.map((column) => column.name);
  // What is no header may be a line of any file at all: it is nobody's business.
  const [only = ''] = names;
  if (names.length === 1 && !/^[\p{L}\p{N}_ .,;|\t-]{1,200}$/u.test(only)) throw new BadInput(`${source.uri}: there is no column ${quoted(name)} (${role}), and the first line of the file is no header of columns; is this the right file?`);
  const hint = hintFor(name, names);
  throw new BadInput(`${source.uri}: there is no column ${quoted(name)} (${role}); ${hint === undefined ? 't' : `${hint} T`}he file has ${listed(names)}`);
}

const looksLikeData = /^[-+]?\d+([.,]\d+)?$|^\d{4}-\d{2}-\d{2}|^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}/;

function hintFor(name: string, names: readonly string[]): string | undefined {
  const [only = ''] = names;
  if (names.length === 1 && /[,;\t|]/.test(only)) return 'is csv.delimiter the right one?';
  if (names.some((known) => looksLikeData.test(known))) return 'is the header line missing?';
  const nearest = nearestName(name, names, distance);
  return nearest === undefined ? undefined : `did you mean ${quoted(nearest)}?`;
}

const mostListed = 25;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).map(quoted).join(', ');
  return names.length > mostListed ? `${shown} and ${String(names.length - mostListed)} more` : shown;
}
