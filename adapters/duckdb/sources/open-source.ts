import { open } from 'node:fs/promises';
import { closest } from 'fastest-levenshtein';
import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import type { Parameters, Session } from '../session.ts';
import { readCsvHeader } from './csv-header.ts';
import { quoted, textIn } from '../row-values.ts';
import { literal } from '../sql-text.ts';
import { isUtf8, transcodeToUtf8 } from './text-encoding.ts';

export interface SourceColumn {
  readonly name: string;
  /** DuckDB's type; every column of a CSV is VARCHAR until its use is known. */
  readonly type: string;
}

/** A source file that can be selected from. */
export interface OpenSource {
  /** As the user wrote it; messages begin with it. */
  readonly uri: string;
  readonly columns: readonly SourceColumn[];
  /** Table expression with all columns of the file and `rowNumber`. */
  readonly relation: string;
  /** SQL of the 1-based number of the data row. */
  readonly rowNumber: string;
  readonly parameters: Parameters;
  readonly decimal: '.' | ',';
  readonly timeFormat?: string;
}

export interface SourceToOpen {
  readonly uri: string;
  readonly path: string;
  readonly csv: Sources['sales']['csv'];
  /** Where a copy in UTF-8 may be written. */
  readonly scratch: string;
  readonly name: string;
}

/** Opens a CSV or Parquet file (told apart by content). Throws `BadInput` when it can be read as neither. */
export async function openSource(session: Session, { uri, path, csv, scratch, name }: SourceToOpen): Promise<OpenSource> {
  const decimal = csv?.decimal ?? '.';
  const timeFormat = csv?.timeFormat === undefined ? {} : { timeFormat: csv.timeFormat };
  const format = await formatOf(path);
  refuseForeignFormat(format, { uri, path, encoding: csv?.encoding });
  if (format === 'parquet') {
    const relation = 'read_parquet($path, file_row_number = true)';
    const columns = await describe(session, { uri, relation, parameters: { path } });
    return { uri, columns: columns.filter(({ name: n }) => n !== 'file_row_number'), relation, rowNumber: 'file_row_number + 1', parameters: { path }, decimal, ...timeFormat };
  }
  const encoding = csv?.encoding ?? 'utf-8';
  const readable = isUtf8(encoding) ? path : await transcodeToUtf8({ path, uri, encoding, folder: scratch, name });
  const { names, delimiter } = await readCsvHeader({ path: readable, uri, delimiter: csv?.delimiter });
  const types = names.map((column) => `${literal(column)}: 'VARCHAR'`).join(', ');
  const relation = `read_csv($path, header = true, auto_detect = false, columns = {${types}}, delim = $delimiter, quote = '"', escape = '"', strict_mode = true)`;
  return {
    uri, relation, rowNumber: 'row_number() OVER ()', parameters: { path: readable, delimiter }, decimal, ...timeFormat,
    columns: names.map((column) => ({ name: column, type: 'VARCHAR' })),
  };
}

/** The column of this name; else `BadInput` with the nearest right name. */
export function columnNamed(source: OpenSource, name: string, role: string): SourceColumn {
  const found = source.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = source.columns.map((column) => column.name);
  throw new BadInput(`${source.uri}: there is no column "${name}" (${role}); ${hintFor(name, names)} The file has ${listed(names)}`);
}

const looksLikeData = /^[-+]?\d+([.,]\d+)?$|^\d{4}-\d{2}-\d{2}|^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}/;

function hintFor(name: string, names: readonly string[]): string {
  const [only = ''] = names;
  if (names.length === 1 && /[,;\t|]/.test(only)) return 'is csv.delimiter the right one?';
  if (names.some((known) => looksLikeData.test(known))) return 'is the header line missing?';
  return `did you mean ${quoted(closest(name, names))}?`;
}

const mostListed = 25;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).map(quoted).join(', ');
  return names.length > mostListed ? `${shown} and ${String(names.length - mostListed)} more` : shown;
}

/** Runs a query on the file; a file that can't be parsed becomes `BadInput` with the line where it goes wrong. */
export async function reading<T>(uri: string, query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    throw refusalOf(uri, error) ?? error;
  }
}

function refusalOf(uri: string, error: unknown): BadInput | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  if (/unicode|utf-?8/i.test(message)) return new BadInput(`${uri}${lineOf(message)}: the text is not UTF-8; set csv.encoding (latin1, windows-1252, gbk …)`, { cause: error });
  if (/CSV Error|sniffing file/i.test(message)) {
    const reason = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
    const what = reason === null ? 'the line does not fit the rest of the file' : `${reason[2] ?? ''} fields where the header has ${reason[1] ?? ''}`;
    return new BadInput(`${uri}${lineOf(message)}: ${what}; mend the line, or set csv.delimiter`, { cause: error });
  }
  if (/parquet/i.test(message) && /Invalid (Input )?Error|IO Error|magic bytes|metadata|TProtocol/i.test(message)) {
    return new BadInput(`${uri}: the Parquet file is damaged; export it again`, { cause: error });
  }
  // What DuckDB says of memory, disk or interrupts may pass; these it will say again of the same file.
  if (/^(Invalid|Invalid Input|Conversion|Out of Range|Binder|Parser|Catalog|Not implemented|Serialization) Error:/.test(message)) {
    return new BadInput(`${uri}: the file can't be read (${message.split('\n')[0] ?? ''}); export it again as CSV or Parquet`, { cause: error });
  }
  return undefined;
}

/** DuckDB counts lines of the file; the header is line 1. */
function lineOf(message: string): string {
  const line = /(?:Error on Line|LINE|line): (\d+)/i.exec(message)?.[1];
  return line === undefined ? '' : ` line ${Number(line).toLocaleString('en-US')}`;
}

async function describe(session: Session, { uri, relation, parameters }: Pick<OpenSource, 'uri' | 'relation' | 'parameters'>): Promise<SourceColumn[]> {
  const rows = await reading(uri, () => session.rows(`DESCRIBE SELECT * FROM ${relation}`, parameters));
  return rows.map((row) => ({ name: textIn(row, 'column_name'), type: textIn(row, 'column_type') }));
}

type Format = 'parquet' | 'zip' | 'gzip' | 'utf-16le' | 'utf-16be' | 'text';

/** Told by the first bytes, since a name says what a file should be. */
const signatures: readonly (readonly [string, Format])[] = [
  ['PAR1', 'parquet'], ['PK\x03\x04', 'zip'], ['\x1f\x8b', 'gzip'], ['\xff\xfe', 'utf-16le'], ['\xfe\xff', 'utf-16be'],
];

async function formatOf(path: string): Promise<Format> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    return signatures.find(([signature]) => start.startsWith(signature))?.[1] ?? 'text';
  } finally {
    await file.close();
  }
}

function refuseForeignFormat(format: Format, { uri, path, encoding }: { readonly uri: string; readonly path: string; readonly encoding: string | undefined }): void {
  if (format === 'zip') throw new BadInput(`${uri}: this is a zip archive or an Excel workbook, not CSV or Parquet; unpack it, or export it as CSV`);
  if (format === 'gzip' && !path.endsWith('.gz')) throw new BadInput(`${uri}: this file is compressed by gzip; let its name end in .gz, or unpack it`);
  if ((format === 'utf-16le' || format === 'utf-16be') && encoding === undefined) throw new BadInput(`${uri}: the text is UTF-16, not UTF-8; set csv.encoding: ${format}`);
}
