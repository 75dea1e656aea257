import { open } from 'node:fs/promises';
import { BadInput } from '../../../contracts/failure.ts';

/** What the first bytes say, since a name says only what a file should be. */
export type Container = 'parquet' | 'zip' | 'gzip' | 'utf-16le' | 'utf-16be' | 'text';
export type DeclaredFormat = 'csv' | 'json' | 'parquet' | 'excel';

const signatures: readonly (readonly [string, Container])[] = [
  ['PAR1', 'parquet'], ['PK\x03\x04', 'zip'], ['PK\x05\x06', 'zip'], ['\x1f\x8b', 'gzip'], ['\xff\xfe', 'utf-16le'], ['\xfe\xff', 'utf-16be'],
];
/** Kinds that are not read, and what to do about them. */
const foreign: readonly (readonly [string, string])[] = [
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook (.xls) or one with a password; save it as .xlsx without a password'],
  ['\x28\xb5\x2f\xfd', 'compressed by zstd; unpack it, or compress it by gzip'],
  ['BZh', 'compressed by bzip2; unpack it, or compress it by gzip'],
  ['\xfd7zXZ', 'compressed by xz; unpack it, or compress it by gzip'],
  ['7z\xbc\xaf', 'a 7z archive; unpack it'],
  ['Rar!', 'a RAR archive; unpack it'],
  ['ORC', 'an ORC file; export it as Parquet'],
  ['Obj\x01', 'an Avro file; export it as Parquet'],
  ['SQLite', 'an SQLite database; export the table as CSV or Parquet'],
  ['%PDF', 'a PDF document; export the table as CSV'],
];

const sniffed = 1 << 16;

async function firstBytes(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffed), 0, sniffed, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Throws `BadInput` for kinds of files that are not read. */
export async function containerOf(path: string, uri: string): Promise<Container> {
  const start = await firstBytes(path);
  const strange = foreign.find(([signature]) => start.startsWith(signature));
  if (strange !== undefined && !/^[\x20-\x7e]+[,;\t|\r\n]/.test(start)) throw new BadInput(`${uri}: this is ${strange[1]}`);
  return signatures.find(([signature]) => start.startsWith(signature))?.[1] ?? 'text';
}

/** Whether a text (UTF-8) is JSON: by its first characters, else by its name. */
export async function isJson(path: string, uri: string): Promise<boolean> {
  const start = (await firstBytes(path)).replace(/^\xef\xbb\xbf/, '').trimStart();
  return /^\{\s*["}]|^\[\s*[{\]]/.test(start) || (/\.(json|jsonl|ndjson)(\.gz)?$/i.test(uri) && /^[[{]/.test(start));
}

/** Whether a text begins with the byte order mark of UTF-8. */
export async function hasByteOrderMark(path: string): Promise<boolean> {
  return (await firstBytes(path)).startsWith('\xef\xbb\xbf');
}

const inWords: Readonly<Record<DeclaredFormat, string>> = { csv: 'CSV', json: 'JSON', parquet: 'Parquet', excel: 'Excel' };

/** Throws `BadInput` where the pipeline file declares a format that the content contradicts. */
export function expectFormat(found: DeclaredFormat, declared: DeclaredFormat | undefined, uri: string): void {
  if (declared !== undefined && declared !== found) throw new BadInput(`${uri}: the format is declared as ${inWords[declared]}, but the content is ${inWords[found]}; correct or omit format`);
}
