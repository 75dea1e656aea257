import { createReadStream } from 'node:fs';
import { BadInput } from '../../../contracts/failure.ts';
import { quoted } from '../row-values.ts';

export interface CsvHeader {
  readonly names: readonly string[];
  readonly delimiter: string;
}

const delimiters = [',', ';', '\t', '|'];
/** A first line longer than this is no header. */
const longestHeader = 1 << 20;

/**
 * Names in the first record of a CSV file (plain UTF-8), and the delimiter between them: the declared one, else the candidate that stands
 * in the header most often. DuckDB's own detection looks at all lines and takes a broken one for another dialect.
 */
export async function readCsvHeader({ path, uri, delimiter, quote }: { readonly path: string; readonly uri: string; readonly delimiter: string | undefined; readonly quote: string }): Promise<CsvHeader> {
  const line = (await firstRecord(path, uri, quote)).replace(/^\uFEFF/, '');
  refuseUnreadable(line, uri);
  const chosen = delimiter ?? delimiters.toSorted((a, b) => splitFields(line, b, quote).length - splitFields(line, a, quote).length)[0] ?? ',';
  return { names: namedColumns(splitFields(line, chosen, quote).map((name) => name.trim()), uri), delimiter: chosen };
}

/** A name for each column, none of them twice. Throws `BadInput` where the header has one twice. */
export function namedColumns(names: readonly string[], uri: string): string[] {
  const complete = named(names);
  refuseDuplicates(complete, uri);
  return complete;
}

function refuseUnreadable(line: string, uri: string): void {
  // eslint-disable-next-line no-control-regex -- these are what is looked for: no text file has them
  if (/[\x00-\x08\x0e-\x1f]/.test(line)) throw new BadInput(`${uri}: this is neither CSV nor Parquet: its first line holds control characters; export it as CSV or Parquet`);
  if (line.includes('\uFFFD')) throw new BadInput(`${uri} line 1: the text is not UTF-8; set csv.encoding (latin1, windows-1252, gbk …)`);
}

/** An index that was written without a name, or a spreadsheet's empty columns: they get a name that can be referred to. */
function named(names: readonly string[]): string[] {
  return names.map((name, i) => (name === '' ? `column ${String(i + 1)}` : name));
}

/** DuckDB tells names apart by more than their case only. */
function refuseDuplicates(names: readonly string[], uri: string): void {
  const seen = new Map<string, string>();
  const second = names.find((name) => seen.has(name.toLowerCase()) || !seen.set(name.toLowerCase(), name));
  if (second === undefined) return;
  const first = seen.get(second.toLowerCase()) ?? second;
  const what = first === second ? `two columns ${quoted(second)}` : `columns ${quoted(first)} and ${quoted(second)} that differ in case only`;
  throw new BadInput(`${uri}: the header has ${what}; give each column a name of its own`);
}

async function firstRecord(path: string, uri: string, quote: string): Promise<string> {
  const text = createReadStream(path, { encoding: 'utf8' });
  let line = '';
  try {
    for await (const chunk of text) {
      const from = line.length;
      line += String(chunk);
      const end = endOfRecord(line, quote);
      if (end >= 0 && end <= longestHeader) return line.slice(0, end);
      // A file without line ends may have any length: no more of it is read than this.
      if (from > longestHeader) throw new BadInput(`${uri}: the first line is longer than ${String(longestHeader >> 20)} MiB, so it can't be a header; is this CSV, and is csv.quote right?`);
    }
    return line;
  } finally {
    text.destroy();
  }
}

/** Where the first line ends that does so outside of quotes; -1 if none does. */
function endOfRecord(text: string, quote: string): number {
  let inQuotes = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === quote) inQuotes = !inQuotes;
    else if (!inQuotes && (character === '\n' || character === '\r')) return at;
  }
  return -1;
}

/** Fields of one record; a doubled quote within quotes is a quote. */
function splitFields(line: string, delimiter: string, quote: string): string[] {
  const fields: string[] = [];
  let [inQuotes, start] = [false, 0];
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === quote) inQuotes = !inQuotes;
    else if (character === delimiter && !inQuotes) {
      fields.push(line.slice(start, at));
      start = at + 1;
    }
  }
  fields.push(line.slice(start));
  return fields.map((field) => (quote !== '' && field.length > 1 && field.startsWith(quote) && field.endsWith(quote) ? field.slice(1, -1).replaceAll(quote + quote, quote) : field));
}
