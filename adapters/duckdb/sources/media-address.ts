import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import type { ListedFile } from './list-sources.ts';

export type Media = NonNullable<Sources['products']>['media'];

/** Where relative names of files start: a folder here, or an address that ends in a slash. */
export type MediaFolder = { readonly local: string } | { readonly remote: string };

const schemeOf = (text: string): string | undefined => /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();

/** The declared folder, else the one that the table lies in; tables of a database have none, so that names start from the pipeline file. */
export function mediaFolder({ folder }: Media, table: Pick<ListedFile, 'uri' | 'at'>, baseFolder: string): MediaFolder {
  if (folder === undefined) {
    switch (table.at.place) {
      case 'local': return { local: dirname(table.at.path) };
      case 's3': return { remote: table.uri.slice(0, table.uri.lastIndexOf('/') + 1) };
      case 'https': return { remote: new URL('.', table.uri).href };
      case 'postgres': return { local: baseFolder };
    }
  }
  switch (schemeOf(folder)) {
    case undefined: return { local: isAbsolute(folder) ? folder : resolve(baseFolder, folder) };
    case 'file': return { local: localPath(folder) ?? refuse(folder) };
    case 's3':
    case 'http':
    case 'https': return { remote: folder.endsWith('/') ? folder : `${folder}/` };
    default: return refuse(folder);
  }
}

function refuse(folder: string): never {
  throw new BadInput(`sources.products.media.folder ${folder}: give a path, or an address that begins with file://, s3:// or https://`);
}

/** What a name in a table stands for; `problem` where it can stand for nothing that may be read. */
export type MediaAddress =
  | { readonly place: 'local'; readonly path: string }
  | { readonly place: 's3'; readonly bucket: string; readonly key: string }
  | { readonly place: 'https'; readonly uri: string }
  | { readonly problem: string };

const outside = { problem: 'outside of the allowed folders' } as const;

/** The address that a name stands for, by its text alone. Names come from data: relative ones never lead out of an address they start from. */
export function mediaAddress(name: string, folder: MediaFolder, extension: string | undefined): MediaAddress {
  const scheme = schemeOf(name);
  if (scheme === 'http' || scheme === 'https') return { place: 'https', uri: name };
  const full = extension === undefined || /\.[A-Za-z0-9]{1,8}$/.test(name) ? name : name + extension;
  if (scheme === 's3') return s3Address(full);
  if (scheme === 'file') {
    const path = localPath(full);
    return path === undefined ? { problem: 'no address of a local file' } : { place: 'local', path };
  }
  if (scheme !== undefined) return { problem: `${scheme}:// can't be read` };
  if ('local' in folder) return { place: 'local', path: resolve(folder.local, full) };
  if (full.startsWith('/') || full.split('/').some((segment) => segment === '..' || segment === '.')) return outside;
  if (folder.remote.startsWith('s3:')) return s3Address(folder.remote + full);
  try {
    return { place: 'https', uri: folder.remote + full.split('/').map(encodeURIComponent).join('/') };
  } catch {
    return { problem: 'no such file' }; // half of a surrogate pair, which no address has
  }
}

function s3Address(uri: string): MediaAddress {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,62})\/(.+)$/is.exec(uri) ?? [];
  return bucket === undefined || key === undefined ? { problem: 'write it as s3://bucket/key' } : { place: 's3', bucket, key };
}

function localPath(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
