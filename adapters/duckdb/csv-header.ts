import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { BadInput } from '../../contracts/failure.ts';

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
  const chosen = delimiter ?? delimiters.toSorted((a, b) => splitFields(line, b).length - splitFields(line, a).length)[0] ?? ',';
  const names = splitFields(line, chosen).map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new BadInput(`${uri}: the header has two columns "${twice}"; give each column a name of its own`);
  return { names, delimiter: chosen };
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
