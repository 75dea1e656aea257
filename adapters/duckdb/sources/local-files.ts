import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInput, DatasetMissing } from '../../../contracts/failure.ts';
import { inOrder, isDataFile, isPattern, matchesSegments, partitionOf, splitPattern } from './path-pattern.ts';

export interface LocalFile {
  /** As the user wrote it; of one among many, the folder as written and the path below it. */
  readonly uri: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly partition?: Readonly<Record<string, string>>;
}

export interface LocalRequest {
  /** Where in the pipeline file the address stands, for messages: `sources.sales.uri`. */
  readonly where: string;
  readonly uri: string;
  readonly baseFolder: string;
  readonly roots: readonly string[];
  readonly signal: AbortSignal | undefined;
}

const mostFiles = 100_000;
const deepest = 32;

/** Files that an address on the local disk names, in the order of their names. `DatasetMissing` when there is none; `BadInput` for what can't be read or may not be. */
export async function localFiles(request: LocalRequest): Promise<readonly LocalFile[]> {
  const { where, uri } = request;
  const path = absolutePathOf(request);
  const literal = await lookAt(path, request);
  if (literal?.isFile() === true) return [await fileAt(request, { uri, path, below: [] })];
  if (literal !== undefined && !literal.isDirectory()) throw new BadInput(`${where} ${uri}: ${path} is neither a file nor a folder`);
  if (literal === undefined && !isPattern(path)) {
    throw new DatasetMissing(`${where} ${uri}: there is no file ${path}; correct the path (relative paths start at the pipeline file's folder)`);
  }
  const { base, segments } = literal === undefined ? splitPattern(path) : { base: path, segments: undefined };
  const fits = (below: readonly string[]): boolean => (segments === undefined ? isDataFile(below) : matchesSegments(below, segments));
  // Without `**` nothing deeper than the pattern can fit.
  const depth = segments === undefined || segments.includes('**') ? deepest : segments.length;
  const found = await filesBelow(base === '' ? sep : base, { ...request, fits, depth });
  if (found.length === 0) {
    throw new DatasetMissing(`${where} ${uri}: no file ${segments === undefined ? 'with data lies in the folder' : 'fits'} ${path}; correct the path (relative paths start at the pipeline file's folder)`);
  }
  const written = segments === undefined ? uri.replace(/\/+$/, '') : splitPattern(uri).base;
  const prefix = written === '' && !uri.startsWith('/') ? '' : `${written}/`;
  const named = found.map((below) => ({ uri: prefix + below.join('/'), path: join(base === '' ? sep : base, ...below), below }));
  const files: LocalFile[] = [];
  for (const one of inOrder(named, ({ uri: name }) => name)) files.push(await fileAt(request, one));
  return files;
}

function absolutePathOf({ where, uri, baseFolder }: LocalRequest): string {
  if (uri.includes('\0')) throw new BadInput(`${where}: the path holds a NUL character, which no file name has`);
  if (!/^file:/i.test(uri)) return isAbsolute(uri) ? uri : resolve(baseFolder, uri);
  try {
    return fileURLToPath(uri);
  } catch (error) {
    throw new BadInput(`${where} ${uri}: this is no address of a local file; write it as file:///folder/file.csv, or give the path`, { cause: error });
  }
}

async function lookAt(path: string, { where, uri }: LocalRequest) {
  try {
    return await stat(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, where, uri, error);
  }
}

interface Walk extends LocalRequest {
  readonly fits: (below: readonly string[]) => boolean;
  readonly depth: number;
}

/** Paths below the folder, as their segments. A symbolic link that leads out of it is refused; one within it is followed, once. */
async function filesBelow(base: string, walk: Walk): Promise<string[][]> {
  const found: string[][] = [];
  const { where, uri } = walk;
  const top = await realpath(base).catch(() => undefined);
  if (top === undefined) return found;
  const seen = new Set<string>([top]);
  const visit = async (folder: string, below: readonly string[]): Promise<void> => {
    walk.signal?.throwIfAborted();
    try {
      for await (const entry of await opendir(folder)) {
        const here = [...below, entry.name];
        const path = join(folder, entry.name);
        const isLink = entry.isSymbolicLink();
        const target = isLink ? await stat(path).catch(() => undefined) : entry;
        if (target?.isDirectory() === true && here.length < walk.depth) {
          const real = isLink ? await realpath(path) : undefined;
          if (real !== undefined && !isInside(real, top)) {
            if (entry.name.startsWith('.')) continue;
            throw leadsOut(walk, path, real);
          }
          if (real !== undefined && seen.has(real)) continue;
          if (real !== undefined) seen.add(real);
          if (!entry.name.startsWith('.')) await visit(path, here);
        } else if (target?.isFile() === true && walk.fits(here)) {
          const real = await realpath(path);
          if (!isInside(real, top)) throw leadsOut(walk, path, real);
          found.push(here);
          if (found.length > mostFiles) throw new BadInput(`${where} ${uri}: more than ${mostFiles.toLocaleString('en-US')} files fit; narrow the pattern, or join the files`);
        }
      }
    } catch (error) {
      if (error instanceof BadInput) throw error;
      throw unreadable(folder, where, uri, error);
    }
  };
  await visit(base, []);
  return found;
}

function leadsOut({ where, uri }: LocalRequest, path: string, real: string): BadInput {
  return new BadInput(`${where} ${uri}: ${path} is a symbolic link that leads out of the folder (to ${real}); put the file itself there, or name it on its own`);
}

async function fileAt(request: LocalRequest, { uri, path, below }: { readonly uri: string; readonly path: string; readonly below: readonly string[] }): Promise<LocalFile> {
  const { where } = request;
  await refuseOutsideRoots(request, path);
  const found = await lookAt(path, request);
  if (found?.isFile() !== true) throw new DatasetMissing(`${where} ${uri}: the file was removed while the sources were listed; list them again`);
  if (found.size === 0) throw new BadInput(`${uri}: the file is empty; export it again`);
  const partition = partitionOf(below.slice(0, -1));
  return { uri, path, bytes: found.size, sha256: await sha256Of(path, request), ...(partition && { partition }) };
}

async function refuseOutsideRoots({ where, uri, roots }: LocalRequest, path: string): Promise<void> {
  if (roots.length === 0) return;
  const real = await realpath(path);
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => undefined); // a root that isn't there holds nothing
    if (realRoot !== undefined && isInside(real, realRoot)) return;
  }
  throw new BadInput(`${where} ${uri}: ${real} lies outside the folders that sources may come from; move the file, or let the workers' FORECASTLE_SOURCE_ROOTS name its folder`);
}

/** Whether an absolute path is the folder or lies in it, by the text alone. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

async function sha256Of(path: string, { where, uri, signal }: LocalRequest): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...(signal && { signal }) }) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadable(path, where, uri, error);
  }
  return hash.digest('hex');
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

function unreadable(path: string, where: string, uri: string, error: unknown): BadInput {
  return new BadInput(`${where} ${uri}: ${path} can't be read (${codeOf(error) || String(error)}); let the user who runs the workers read it, or give another file`, { cause: error });
}
