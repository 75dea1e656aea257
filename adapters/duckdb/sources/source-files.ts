import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInput, DatasetMissing } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';

export interface Fingerprint {
  readonly source: 'sales' | 'products';
  /** As the user wrote it. */
  readonly uri: string;
  /** Absolute. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * What the source files hold right now. Throws `DatasetMissing` for a file that is not there, `BadInput` for an empty one, for an
 * address that is no local file, or for a path that DuckDB takes for a pattern.
 */
export async function fingerprintSources({ sources, baseFolder }: { readonly sources: Sources; readonly baseFolder: string }): Promise<readonly Fingerprint[]> {
  const named = [
    { source: 'sales' as const, uri: sources.sales.uri },
    ...(sources.products === undefined ? [] : [{ source: 'products' as const, uri: sources.products.uri }]),
  ];
  const found: Fingerprint[] = [];
  for (const { source, uri } of named) {
    const path = pathOf(uri, baseFolder);
    const bytes = await sizeOf(path, source, uri);
    const same = found.find((file) => file.path === path);
    found.push({ source, uri, path, bytes, sha256: same?.sha256 ?? (await sha256Of(path, source, uri)) });
  }
  return found;
}

function pathOf(uri: string, baseFolder: string): string {
  const path = absolutePathOf(uri, baseFolder);
  // DuckDB has no way to escape them: it would read another file than the one that was fingerprinted.
  if (/[*?[]/.test(path)) throw new BadInput(`${uri}: the path ${path} holds *, ? or [, which are read as a pattern of many files; rename the file or folder`);
  return path;
}

function absolutePathOf(uri: string, baseFolder: string): string {
  if (uri.startsWith('file://')) return fileURLToPath(uri);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(uri)?.[1];
  if (scheme !== undefined) throw new BadInput(`${uri}: ${scheme}:// sources can't be read yet; download the file and give its path`);
  return isAbsolute(uri) ? uri : resolve(baseFolder, uri);
}

async function sizeOf(path: string, source: string, uri: string): Promise<number> {
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(path, source, uri, error);
    throw new DatasetMissing(`sources.${source}.uri ${uri}: there is no file ${path}; correct the path (relative paths start at the pipeline file's folder)`, { cause: error });
  }
  if (!found.isFile()) throw new BadInput(`sources.${source}.uri ${uri}: ${path} is not a file; give one CSV or Parquet file`);
  if (found.size === 0) throw new BadInput(`${uri}: the file is empty; export it again`);
  return found.size;
}

async function sha256Of(path: string, source: string, uri: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadable(path, source, uri, error);
  }
  return hash.digest('hex');
}

function unreadable(path: string, source: string, uri: string, error: unknown): BadInput {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new BadInput(`sources.${source}.uri ${uri}: ${path} can't be read (${code}); let the user who runs the workers read it, or give another file`, { cause: error });
}
