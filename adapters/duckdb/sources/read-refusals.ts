import { BadInput } from '../../../contracts/failure.ts';

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
  const message = withoutContent(error.message);
  const refuse = (reason: string): BadInput => new BadInput(`${uri}${reason}`, { cause: error });
  // Spilled rows that fill the disk say nothing of the file.
  if (/^Out of Memory Error/.test(message) && !/temp_directory/.test(message)) {
    return refuse(': reading it takes more memory than the workers may use; raise FORECASTLE_DUCKDB_MEMORY_MIB, or export it in smaller pieces (Parquet: smaller row groups and dictionaries)');
  }
  if (/parquet/i.test(message) && /Invalid (Input )?Error|IO Error|magic bytes|metadata|TProtocol/i.test(message)) return refuse(': the Parquet file is damaged; export it again');
  if (/JSON/.test(message)) return refuse(jsonReason(message));
  if (/unicode|utf-?8/i.test(message)) return refuse(`${lineOf(message)}: the text is not UTF-8; set csv.encoding (latin1, windows-1252, gbk …)`);
  if (/Maximum line size/i.test(message)) return refuse(`${lineOf(message)}: the line is longer than 2,000,000 bytes; is a closing quote missing before it? Mend it, or set csv.quote or csv.delimiter`);
  if (/CSV Error|CSV Parser|sniffing file/i.test(message)) return refuse(`${lineOf(message)}: ${csvReason(message)}; mend the line, or set csv.delimiter`);
  // What DuckDB says of disk or interrupts may pass; these it will say again of the same file.
  if (/^(Invalid|Invalid Input|Conversion|Out of Range|Binder|Parser|Catalog|Not implemented|Serialization|IO) Error:/.test(message) && !/No space left|write|Permission/i.test(message)) {
    return refuse(`: the file can't be read (${(message.split('\n')[0] ?? '').slice(0, 200)}); export it again as CSV or Parquet`);
  }
  return undefined;
}

/** DuckDB quotes the whole line that it stumbled over, whatever it holds. */
function withoutContent(message: string): string {
  const start = message.indexOf('\nOriginal Line:');
  if (start < 0) return message;
  const reason = /(Expected Number of Columns: \d+ Found: \d+|Value with unterminated quote found|Maximum line size|Invalid unicode)/.exec(message.slice(start + 1).slice(-3000))?.[1];
  return `${message.slice(0, start)}\n${reason ?? ''}`;
}

function csvReason(message: string): string {
  const count = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (count !== null) return `${count[2] ?? ''} fields where the header has ${count[1] ?? ''}`;
  if (/unterminated quote/.test(message)) return 'a quote does not end, or stands within an unquoted field (set csv.quote to an empty text where quotes are plain characters)';
  return 'the line does not fit the rest of the file';
}

function jsonReason(message: string): string {
  const at = /(?:in line|in record\/value) (\d+)/.exec(message)?.[1];
  const where = at === undefined ? '' : ` line ${Number(at).toLocaleString('en-US')}`;
  if (/invalid UTF-8/i.test(message)) return `${where}: the text is not UTF-8; set csv.encoding (latin1, windows-1252, gbk …)`;
  if (/duplicate key/.test(message)) return `${where}: the record has one key twice; give each its own`;
  if (/maximum_object_size/.test(message)) return `${where}: a record is longer than 16 MiB; shorten it`;
  const reason = /Malformed JSON .*?: (.*?)\.?(?: Try .*)?$/m.exec(message)?.[1] ?? /(Expected \w+, but got \w+)/.exec(message)?.[1];
  return `${where}: this is not JSON with one record after the other${reason === undefined ? '' : ` (${reason.slice(0, 100).trim()})`}; mend it, or export it again`;
}

/** DuckDB counts lines of the file; the header is line 1. */
function lineOf(message: string): string {
  const line = /(?:Error on Line|LINE|line): (\d+)/i.exec(message)?.[1];
  return line === undefined ? '' : ` line ${Number(line).toLocaleString('en-US')}`;
}
