import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { BadInput } from '../../../../contracts/failure.ts';
import { expandsTooFar, mostExpanded } from '../expansion.ts';

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

/** A zip file whose entries are read as streams, each checked: bytes that do not fit their checksum are refused after the last one. */
export interface ZipArchive {
  has(name: string): boolean;
  /** Content of an entry. Breaking off early is fine. */
  chunks(name: string): AsyncGenerator<Buffer>;
}

const mostEntries = 10_000;
const mostDirectoryBytes = 16 << 20;
const endLength = 22;

/** Reads the directory of the archive. Throws `BadInput` for one that is damaged, encrypted or larger than 4 GiB (zip64). */
export async function openZip(path: string, uri: string): Promise<ZipArchive> {
  const file = await open(path);
  try {
    const entries = await readDirectory(file, uri);
    const entryOf = (name: string): Entry => {
      const entry = entries.get(name);
      if (entry === undefined) throw damaged(uri, `it has no ${name}`);
      return entry;
    };
    return { has: (name) => entries.has(name), chunks: (name) => chunksOf(entryOf(name), path, uri) };
  } finally {
    await file.close();
  }
}

/** The refusal of a workbook that breaks the rules of its format. */
export function damaged(uri: string, reason: string, cause?: unknown): BadInput {
  return new BadInput(`${uri}: the workbook is damaged (${reason}); save it again`, { cause });
}

async function readDirectory(file: FileHandle, uri: string): Promise<Map<string, Entry>> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - endLength - 0xffff), size, uri);
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + endLength > tail.length) throw damaged(uri, 'its directory is missing');
  const [count, length, start] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (count === 0xffff || length === 0xffffffff || start === 0xffffffff) throw new BadInput(`${uri}: the workbook is larger than 4 GiB; export it as CSV or Parquet`);
  if (count > mostEntries || length > mostDirectoryBytes || start + length > size) throw damaged(uri, 'its directory does not fit');
  const directory = await readAt(file, start, start + length, uri);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) throw damaged(uri, 'its directory does not fit');
    const [nameLength, extra, comment] = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30), directory.readUInt16LE(at + 32)];
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength).replaceAll('\\', '/');
    if ((directory.readUInt16LE(at + 8) & 1) !== 0) throw new BadInput(`${uri}: the archive is encrypted; save it without a password`);
    entries.set(name, {
      name, method: directory.readUInt16LE(at + 10), checksum: directory.readUInt32LE(at + 16), compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24), offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

async function* chunksOf(entry: Entry, path: string, uri: string): AsyncGenerator<Buffer> {
  const { name, method, compressed, size, checksum } = entry;
  if (size > mostExpanded(compressed)) throw expandsTooFar(uri, name, compressed);
  if (method !== 0 && method !== 8) throw damaged(uri, `${name} is compressed in an unknown way`);
  const start = await contentStart(entry, path, uri);
  let [seen, sum] = [0, 0];
  try {
    // `end` is inclusive: an empty entry has nothing to read.
    for await (const chunk of compressed === 0 ? [] : inflated(createReadStream(path, { start, end: start + compressed - 1, highWaterMark: 1 << 18 }), method)) {
      seen += chunk.length;
      // What the directory says of the size may be a lie.
      if (seen > size) throw damaged(uri, `${name} is longer than its directory says`);
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof BadInput ? error : damaged(uri, `${name} can't be unpacked`, error);
  }
  if (seen !== size || sum !== checksum) throw damaged(uri, `${name} does not fit its checksum`);
}

function inflated(file: Readable, method: number): AsyncIterable<Buffer> {
  if (method === 0) return file;
  // Errors come out of the iteration.
  return pipeline(file, createInflateRaw({ chunkSize: 1 << 16 }), () => undefined);
}

async function contentStart({ offset, name }: Entry, path: string, uri: string): Promise<number> {
  const file = await open(path);
  try {
    const header = await readAt(file, offset, offset + 30, uri);
    if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw damaged(uri, `${name} is not where its directory says`);
    return offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, from: number, to: number, uri: string): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
  if (bytesRead < to - from) throw damaged(uri, 'it ends early');
  return buffer;
}
