import { BadInput, DatasetMissing } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import type { Session } from '../session.ts';
import { localFiles } from './local-files.ts';
import { inOrder, isDataFile, isPattern, matchesSegments, partitionOf, splitPattern } from './path-pattern.ts';
import type { KeyedObject, ObtainedFile, Places, PostgresSettings, S3Settings, SourceOptions } from './places.ts';
import { exportPostgres, postgresVersion } from './postgres-source.ts';

export type SourceName = 'sales' | 'products' | 'reviews' | 'rates';

/** One file of the sources as it is right now, before it was read. Plain data: it may be kept and compared. */
export interface ListedFile {
  readonly source: SourceName;
  /** Of this very file: where the pipeline file names a pattern or a folder, with what its wildcards stand for. */
  readonly uri: string;
  readonly bytes?: number;
  /** Changes when the content may have changed: SHA-256 of local files, what the server tells of others. */
  readonly version: string;
  /** Constants that `key=value` folders give every row of the file; an empty text for Hive's missing value. */
  readonly partition?: Readonly<Record<string, string>>;
  readonly at: FileAt;
}

export type FileAt =
  | { readonly place: 'local'; readonly path: string }
  | { readonly place: 's3'; readonly bucket: string; readonly key: string; readonly settings?: S3Settings }
  | { readonly place: 'https' }
  | { readonly place: 'postgres'; readonly settings: PostgresSettings };

export interface ListRequest {
  readonly sources: Sources;
  /** Folder that relative paths start from. */
  readonly baseFolder: string;
}

interface Named {
  readonly source: SourceName;
  readonly uri: string;
  readonly s3: S3Settings | undefined;
  readonly postgres: PostgresSettings | undefined;
}

/** What the sources hold right now: files of the sales first, then of the products, the reviews and the rates, each in the order of their addresses. */
export async function listSources(session: Session, options: SourceOptions, { sources, baseFolder, signal }: ListRequest & { readonly signal?: AbortSignal }): Promise<readonly ListedFile[]> {
  const found: ListedFile[] = [];
  for (const named of namedIn(sources)) found.push(...(await filesOf(named, { session, options, baseFolder, signal })));
  return found;
}

/**
 * The file on the local disk: a local one where it is, any other copied into the folder, whole or not at all. Throws `BadInput`,
 * `DatasetMissing`, `SourceChanged` (when it is no longer the listed version) or `ServiceUnavailable`.
 */
export async function obtain(
  session: Session, options: SourceOptions, file: ListedFile, { folder, signal }: { readonly folder: string; readonly signal?: AbortSignal },
): Promise<ObtainedFile> {
  const { at, uri, version } = file;
  const to = { folder, signal };
  switch (at.place) {
    case 'local': return { path: at.path, sha256: version, bytes: file.bytes ?? 0 };
    case 's3': return placeFor('s3', options.places, uri).download({ bucket: at.bucket, key: at.key, settings: at.settings, version }, to);
    case 'https': return placeFor('https', options.places, uri).download({ uri, version }, to);
    case 'postgres': return exportPostgres(session, { uri, settings: at.settings, access: options.postgres, version }, to);
  }
}

function namedIn({ sales, products, reviews }: Sources): Named[] {
  const rates = sales.currency?.rates;
  const place = (source: SourceName, { uri, s3, postgres }: Pick<Sources['sales'], 'uri' | 's3' | 'postgres'>): Named => ({ source, uri, s3, postgres });
  return [
    place('sales', sales),
    ...(products === undefined ? [] : [place('products', products)]),
    ...(reviews === undefined ? [] : [place('reviews', reviews)]),
    ...(rates !== undefined && isRatesFile(rates) ? [place('rates', rates)] : []),
  ];
}

type Rates = NonNullable<Sources['sales']['currency']>['rates'];
type RatesFile = Extract<Rates, { readonly uri: string; readonly columns: unknown }>;

/** A map of rates may have a currency of any name, `uri` as well, but no columns object. */
function isRatesFile(rates: Rates): rates is RatesFile {
  return typeof rates['columns'] === 'object';
}

interface Listing {
  readonly session: Session;
  readonly options: SourceOptions;
  readonly baseFolder: string;
  readonly signal: AbortSignal | undefined;
}

async function filesOf(named: Named, { session, options, baseFolder, signal }: Listing): Promise<readonly ListedFile[]> {
  const { source, uri, s3, postgres } = named;
  const where = source === 'rates' ? 'sources.sales.currency.rates.uri' : `sources.${source}.uri`;
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(uri)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
    case 'file': {
      const files = await localFiles({ where, uri, baseFolder, roots: options.roots ?? [], signal });
      return files.map(({ path, sha256, ...file }) => ({ source, ...file, version: sha256, at: { place: 'local', path } }));
    }
    case 's3':
      return s3Files({ where, source, uri, settings: s3, places: options.places, signal });
    case 'http':
    case 'https': {
      const found = await placeFor('https', options.places, uri).describe({ uri, signal });
      return [{ source, uri, ...found, at: { place: 'https' } }];
    }
    case 'postgres':
    case 'postgresql': {
      if (postgres === undefined) throw new BadInput(`${where} ${uri}: say what to read of the database: postgres: { table: … } or { query: … }`);
      return [{ source, uri, version: await postgresVersion(session, { uri, settings: postgres, access: options.postgres }), at: { place: 'postgres', settings: postgres } }];
    }
    default:
      throw new BadInput(`${where} ${uri}: ${scheme}:// can't be read; give a path, or an address that begins with file://, s3://, https:// or postgres://`);
  }
}

interface S3Request {
  readonly where: string;
  readonly source: SourceName;
  readonly uri: string;
  readonly settings: S3Settings | undefined;
  readonly places: Places | undefined;
  readonly signal: AbortSignal | undefined;
}

const mostObjects = 100_000;

async function s3Files({ where, source, uri, settings, places, signal }: S3Request): Promise<readonly ListedFile[]> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(uri) ?? [];
  if (!/^[a-z0-9][a-z0-9._-]{1,62}$/i.test(bucket)) throw new BadInput(`${where} ${uri}: write it as s3://bucket/key`);
  const place = placeFor('s3', places, uri);
  const listed = ({ key: found, bytes, version }: KeyedObject, folders: readonly string[]): ListedFile => {
    if (bytes === 0) throw new BadInput(`s3://${bucket}/${found}: the object is empty; export it again`);
    const partition = partitionOf(folders);
    return { source, uri: `s3://${bucket}/${found}`, bytes, version, ...(partition && { partition }), at: { place: 's3', bucket, key: found, ...(settings && { settings }) } };
  };
  const exact = key === '' || key.endsWith('/') ? undefined : await place.find({ bucket, settings, key, signal });
  if (exact !== undefined) return [listed(exact, [])];
  const { base, segments } = isPattern(key) ? splitPattern(key) : { base: key.replace(/\/+$/, ''), segments: undefined };
  const folder = base === '' ? '' : `${base}/`;
  // The names of a pattern's first segment begin with what stands before its wildcard: the server lists no others.
  const prefix = folder + (/^[^*?]*/.exec(segments?.[0] ?? '')?.[0] ?? '');
  const objects = await place.list({ bucket, settings, prefix, most: mostObjects, signal });
  const files = objects.flatMap((object) => {
    const below = object.key.slice(folder.length).split('/');
    const fits = segments === undefined ? isDataFile(below) : matchesSegments(below, segments);
    return fits && !object.key.endsWith('/') ? [listed(object, below.slice(0, -1))] : [];
  });
  if (files.length === 0) throw new DatasetMissing(`${where} ${uri}: the bucket ${bucket} holds no such object; correct the key`);
  return inOrder(files, (file) => file.uri);
}

/** The place, or the refusal of addresses in it. */
function placeFor<Name extends keyof Places>(name: Name, places: Places | undefined, uri: string): NonNullable<Places[Name]> {
  const place = places?.[name];
  if (place === undefined) throw new BadInput(`${uri}: this process reads local files only; download the file and give its path`);
  return place;
}
