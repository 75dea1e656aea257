import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
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
 * Names in the first line of a CSV file, plain or gzipped, and the delimiter between them: the declared one, else the candidate that
 * stands in the header most often. DuckDB's own detection looks at all lines and takes a broken one for another dialect.
 */
export async function readCsvHeader({ path, uri, delimiter }: { readonly path: string; readonly uri: string; readonly delimiter: string | undefined }): Promise<CsvHeader> {
  const line = (await firstLine(path)).replace(/^\uFEFF/, '');
  refuseUnreadable(line, uri);
  const chosen = delimiter ?? delimiters.toSorted((a, b) => splitFields(line, b).length - splitFields(line, a).length)[0] ?? ',';
  const names = named(splitFields(line, chosen).map((name) => name.trim()));
  refuseDuplicates(names, uri);
  return { names, delimiter: chosen };
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
  const folded = names.map((name) => name.toLowerCase());
  const second = names.find((_, i) => folded.indexOf(folded[i] ?? '') !== i);
  if (second === undefined) return;
  const first = names[folded.indexOf(second.toLowerCase())] ?? second;
  const what = first === second ? `two columns ${quoted(second)}` : `columns ${quoted(first)} and ${quoted(second)} that differ in case only`;
  throw new BadInput(`${uri}: the header has ${what}; give each column a name of its own`);
}

async function firstLine(path: string): Promise<string> {
  const file = createReadStream(path);
  const text = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  text.setEncoding('utf8');
  let line = '';
  try {
    for await (const chunk of text) {
      line += String(chunk);
      const end = line.search(/[\r\n]/);
      if (end >= 0) return line.slice(0, end);
      if (line.length > longestHeader) return line.slice(0, longestHeader);
    }
    return line;
  } finally {
    file.destroy();
  }
}

/** Fields of one line; a doubled quote within quotes is a quote. */
function splitFields(line: string, delimiter: string): string[] {
  const fields = [''];
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    if (character === delimiter && !quoted) fields.push('');
    else fields.push((fields.pop() ?? '') + character);
  }
  return fields.map((field) => (field.startsWith('"') && field.endsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field));
}
