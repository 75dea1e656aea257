import { realpath, stat } from 'node:fs/promises';
import { BadInput, PipelineError } from '../../../contracts/failure.ts';
import { SourceChanged } from '../../../contracts/source-changed.ts';
import { atMost } from '../../../domain/at-most.ts';
import { largerThan, largestMedia, problemOf } from '../../source-problem.ts';
import type { ListedFile } from './list-sources.ts';
import { isInside } from './local-files.ts';
import { type Media, mediaAddress, mediaFolder, type MediaFolder } from './media-address.ts';
import { type ContentKind, contentKind } from './media-kind.ts';
import type { ObtainedFile, S3Settings, SourceOptions } from './places.ts';

/** A file that a table names, as it is right now. Plain data: it may be kept and compared. */
export interface LocatedMedia {
  /** What tells it from others: its path on the local disk, or its address. */
  readonly address: string;
  /** Changes when the content may have changed: size and time of change of local files, what the server tells of others. */
  readonly version: string;
  readonly at: { readonly place: 'local' } | { readonly place: 's3'; readonly bucket: string; readonly key: string; readonly settings?: S3Settings } | { readonly place: 'https' };
}

export type Located = LocatedMedia | { readonly problem: string };

export interface LocateMediaRequest {
  /** `file`: place of the table among `tables`. */
  readonly names: readonly { readonly file: number; readonly name: string }[];
  readonly tables: readonly ListedFile[];
  readonly media: Media;
  /** Object storage of the products, as the pipeline file says it. */
  readonly s3?: S3Settings;
  /** Folder of the pipeline file. */
  readonly baseFolder: string;
  readonly signal: AbortSignal;
}

/** Files that are looked for, or read, at one time. */
export const mediaAtOnce = 8;
/** So many failures of a host one after the other, and it is asked no more. */
const mostFailures = 5;

/**
 * Looks for every file that tables name, in the order of the names. What isn't there, is too large or may not be read says why. A local file must lie
 * in the folder that names start from, or in one of the roots that the workers allow, however its name leads there: names are data, and data
 * may come from anybody.
 */
export async function locateMedia(options: SourceOptions, { names, tables, media, s3, baseFolder, signal }: LocateMediaRequest): Promise<readonly Located[]> {
  const folders = tables.map((table) => mediaFolder(media, table, baseFolder));
  const roots = await realFolders(options.roots ?? []);
  const allowed = await Promise.all(folders.map(async (folder) => allowedFolders(folder, roots, (options.roots ?? []).length > 0)));
  const failures = new Map<string, { count: number; problem: string }>();
  return atMost(mediaAtOnce, names, async ({ file, name }) => {
    signal.throwIfAborted();
    const folder = folders[file];
    if (folder === undefined) throw new TypeError(`there is no table ${String(file)}`);
    const address = mediaAddress(name, folder, media.extension);
    if ('problem' in address) return address;
    if (address.place === 'local') return locateFile(address.path, folder, allowed[file] ?? []);
    const host = address.place === 's3' ? `s3://${address.bucket}` : hostOf(address.uri);
    const silent = failures.get(host);
    if (silent !== undefined && silent.count >= mostFailures) return { problem: silent.problem };
    try {
      const found = address.place === 's3' ? await locateObject(options, { ...address, settings: s3 }, signal) : await locateDocument(options, address.uri, signal);
      failures.delete(host);
      return found;
    } catch (error) {
      signal.throwIfAborted();
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      if (error instanceof PipelineError && error.retryable) failures.set(host, { count: (failures.get(host)?.count ?? 0) + 1, problem });
      return { problem };
    }
  });
}

/** A file on the local disk and what it is; `isCopy`: it is the caller's, to be removed. */
export type ObtainedMedia = (ContentKind & { readonly path: string; readonly isCopy: boolean }) | { readonly problem: string };

/** The bytes of a file that was located. Throws what may pass: a server that does not answer, a file that changed meanwhile. */
export async function obtainMedia(options: SourceOptions, { address, version, at }: LocatedMedia, { folder, signal }: { readonly folder: string; readonly signal?: AbortSignal }): Promise<ObtainedMedia> {
  if (at.place === 'local') {
    const found = await stat(address, { bigint: true }).catch(() => undefined);
    if (found === undefined || versionOf(found) !== version) throw new SourceChanged(`${address}: the file changed after it was listed; the next attempt reads it as it is then`);
    return { ...(await contentKind(address)), path: address, isCopy: false };
  }
  const to = { folder, signal, maxBytes: largestMedia };
  try {
    const got: ObtainedFile = at.place === 's3'
      ? await placeFor('s3', options).download({ bucket: at.bucket, key: at.key, settings: at.settings, version }, to)
      : await placeFor('https', options).download({ uri: address, version }, to);
    return { ...(await contentKind(got.path)), path: got.path, isCopy: true };
  } catch (error) {
    signal?.throwIfAborted();
    const problem = problemOf(error);
    if (problem === undefined || (error instanceof PipelineError && error.retryable)) throw error;
    return { problem };
  }
}

interface Folder {
  /** As it is written, and where it really is. */
  readonly written: string;
  readonly real: string;
}

async function realFolders(paths: readonly string[]): Promise<readonly Folder[]> {
  const real = await Promise.all(paths.map(async (written) => ({ written, real: await realpath(written).catch(() => undefined) })));
  return real.flatMap(({ written, real: at }) => (at === undefined ? [] : [{ written, real: at }]));
}

/** The roots of the workers, and, where they have none or it lies in one, the folder that names start from. */
async function allowedFolders(folder: MediaFolder, roots: readonly Folder[], hasRoots: boolean): Promise<readonly Folder[]> {
  const own = 'local' in folder ? await realFolders([folder.local]) : [];
  return [...roots, ...own.filter(({ real }) => !hasRoots || roots.some((root) => isInside(real, root.real)))];
}

async function locateFile(path: string, folder: MediaFolder, allowed: readonly Folder[]): Promise<Located> {
  const outside = { problem: 'outside of the allowed folders' };
  // Before anything is asked of the disk, so that no name tells what lies elsewhere.
  if (!allowed.some(({ written, real }) => isInside(path, written) || isInside(path, real))) {
    // A folder that is not there allows nothing, but that is another matter.
    return 'local' in folder && isInside(path, folder.local) && (await realpath(folder.local).catch(() => undefined)) === undefined ? { problem: 'no such file' } : outside;
  }
  try {
    const real = await realpath(path);
    if (!allowed.some((one) => isInside(real, one.real))) return outside;
    const found = await stat(real, { bigint: true });
    if (!found.isFile()) return { problem: 'no file, but something else' };
    if (found.size === 0n) return { problem: 'the file is empty' };
    if (found.size > BigInt(largestMedia)) return { problem: largerThan(largestMedia).message };
    return { address: real, version: versionOf(found), at: { place: 'local' } };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // A name with a NUL character, or too long a one, is the name of no file.
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(code)) return { problem: 'no such file' };
    return { problem: `the file can't be read (${code || String(error)})` };
  }
}

function versionOf({ size, mtimeNs }: { readonly size: bigint; readonly mtimeNs: bigint }): string {
  return `${String(size)} ${String(mtimeNs)}`;
}

async function locateObject(options: SourceOptions, { bucket, key, settings }: { readonly bucket: string; readonly key: string; readonly settings: S3Settings | undefined }, signal: AbortSignal | undefined): Promise<Located> {
  const found = await placeFor('s3', options).find({ bucket, key, settings, signal });
  if (found === undefined) return { problem: 'no such file' };
  return refused(found.bytes) ?? { address: `s3://${bucket}/${key}`, version: found.version, at: { place: 's3', bucket, key, ...(settings && { settings }) } };
}

async function locateDocument(options: SourceOptions, uri: string, signal: AbortSignal | undefined): Promise<Located> {
  const { bytes, version } = await placeFor('https', options).describe({ uri, signal });
  return refused(bytes) ?? { address: uri, version, at: { place: 'https' } };
}

function refused(bytes: number | undefined): { readonly problem: string } | undefined {
  if (bytes === 0) return { problem: 'the file is empty' };
  return bytes !== undefined && bytes > largestMedia ? { problem: largerThan(largestMedia).message } : undefined;
}

function placeFor<Name extends 's3' | 'https'>(name: Name, { places }: SourceOptions): NonNullable<NonNullable<SourceOptions['places']>[Name]> {
  const place = places?.[name];
  if (place === undefined) throw new BadInput('pictures, sounds and films of other machines are named, but this process reads local files only');
  return place;
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).host : '';
}
