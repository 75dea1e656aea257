import { join } from 'node:path';
import { BadInput } from '../../../contracts/failure.ts';
import { counted, numberIn, quoted, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, literal } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';
import { mediaKinds, type Products } from './read-products.ts';

/** What was read of one products file. */
export interface ProductFacts {
  readonly uri: string;
  /** Path, see `readProducts`. */
  readonly facts: string;
}

export interface JoinProductsRequest {
  readonly products: Products;
  /** In the order that their addresses sort in. */
  readonly files: readonly ProductFacts[];
  /** Path of JSON lines `file` (place among the files), `name`, `uri`, `sha256`, `bytes`, `problem`: what became of each name of a picture, a sound or a film. */
  readonly media?: string;
  readonly outFolder: string;
}

/** Paths of the tables documented on `Snapshot`. */
export interface JoinedProducts {
  readonly texts?: string;
  readonly media?: string;
  readonly statics?: string;
  readonly products: string;
}

/** The facts of all files as one relation, `rank` their file's place among them. */
export function factsOf(files: readonly ProductFacts[]): string {
  return files.map(({ facts }, rank) => `SELECT *, ${String(rank)} AS rank FROM read_parquet(${literal(facts)})`).join(' UNION ALL ');
}

/**
 * Makes the temporary table `owners (series, product, sold)`: the series with kept rows (table `all_series`) and the product that each is of; where
 * a series is one product, the products that were never sold, too.
 */
export async function createOwners(session: Session, { files, isComposite }: { readonly files: readonly ProductFacts[]; readonly isComposite: boolean }): Promise<void> {
  const product = isComposite ? "split_part(series, ':', 1)" : 'series';
  const unsold = isComposite || files.length === 0
    ? ''
    : ` UNION ALL SELECT DISTINCT key, key, false FROM (${factsOf(files)}) WHERE kind = 'product' AND key NOT IN (SELECT series FROM all_series)`;
  await session.run(`CREATE OR REPLACE TEMP TABLE owners AS SELECT series, ${product} AS product, true AS sold FROM all_series${unsold}`);
}

/**
 * Texts, media and attributes of the owners, of each the earliest one known, so that a later change never leaks backwards; of those known since
 * the same time that of the earlier file. And the keys of all products.
 */
export async function joinProducts(session: Session, request: JoinProductsRequest): Promise<JoinedProducts> {
  const { products, files, outFolder } = request;
  const all = factsOf(files);
  await session.run(`CREATE OR REPLACE TEMP TABLE found_facts AS SELECT o.series, o.sold, f.* EXCLUDE (key) FROM owners AS o JOIN (${all}) AS f ON o.product = f.key WHERE kind NOT IN ('key', 'product')`);
  await refuseBadDates(session, request);
  await refuseStrangers(session, request);
  const best = 'SELECT * FROM found_facts WHERE known_from IS NOT NULL QUALIFY row_number() OVER (PARTITION BY series, kind ORDER BY known_from, rank, row) = 1';
  const write = async (name: string, select: string): Promise<string> => {
    const out = join(outFolder, `${name}.parquet`);
    await writeParquet(session, { select, out });
    return out;
  };
  return {
    ...(products.text !== undefined && { texts: await write('texts', `SELECT series, value AS text, known_from FROM (${best}) WHERE kind = 'text' ORDER BY series`) }),
    ...(mediaKinds.some((kind) => products[kind] !== undefined) && { media: await write('media', mediaSql(best, request.media)) }),
    ...(products.static !== undefined && { statics: await write('statics', staticsSql(best, products.static)) }),
    products: await write('products.keys', `SELECT DISTINCT key FROM (${all}) WHERE kind = 'key' ORDER BY key`),
  };
}

async function refuseBadDates(session: Session, { products, files }: JoinProductsRequest): Promise<void> {
  const [bad] = await session.rows('SELECT rank, row, bad FROM found_facts WHERE bad IS NOT NULL ORDER BY rank, row LIMIT 1');
  const uri = bad === undefined ? undefined : files[numberIn(bad, 'rank')]?.uri;
  if (bad === undefined || uri === undefined) return;
  throw new BadInput(`${uri} row ${counted(numberIn(bad, 'row'))}, column "${products.time ?? ''}": ${quoted(textIn(bad, 'bad'))} is not a date; correct it, or set csv.timeFormat (for instance '%d/%m/%Y %H:%M')`);
}

/** What no series of the sales has anything of was named for nothing: the keys are others, or the column is. */
async function refuseStrangers(session: Session, { products, files }: JoinProductsRequest): Promise<void> {
  const found = await session.rows('SELECT DISTINCT kind FROM found_facts WHERE sold AND known_from IS NOT NULL');
  const kinds = new Set(found.map((row) => textIn(row, 'kind')));
  const named = [['text', 'a text', products.text?.join('", "')], ['image', 'an image', products.image], ['audio', 'an audio file', products.audio], ['video', 'a video', products.video], ['static', 'an attribute', products.static?.join('", "')]] as const;
  for (const [kind, what, columns] of named) {
    if (columns === undefined || kinds.has(kind)) continue;
    throw new BadInput(`${files.length === 1 ? (files[0]?.uri ?? products.uri) : products.uri}: no series of the sales has ${what} (key "${products.key}", ${kind} "${columns}"); check products.key and products.${kind}`);
  }
}

function mediaSql(best: string, media: string | undefined): string {
  const columns = "{file: 'INTEGER', name: 'VARCHAR', uri: 'VARCHAR', sha256: 'VARCHAR', bytes: 'UBIGINT', problem: 'VARCHAR'}";
  const outcomes = media === undefined
    ? "(SELECT 0 AS file, NULL::VARCHAR AS name, NULL::VARCHAR AS uri, NULL::VARCHAR AS sha256, NULL::UBIGINT AS bytes, NULL::VARCHAR AS problem WHERE false)"
    : `read_json(${literal(media)}, format = 'newline_delimited', columns = ${columns})`;
  return `SELECT series, kind AS modality, known_from, value AS name, uri, sha256, bytes, CASE WHEN sha256 IS NULL THEN coalesce(problem, 'not looked for') END AS problem
    FROM (${best}) AS best LEFT JOIN ${outcomes} AS outcome ON outcome.file = best.rank AND outcome.name = best.value
    WHERE kind IN (${mediaKinds.map(literal).join(', ')}) ORDER BY series, modality`;
}

function staticsSql(best: string, names: readonly string[]): string {
  const seen = new Set(['series', 'known_from']);
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw new BadInput(`sources.products.static: "${name}" is there twice, or a column of every table of attributes; name it once, or call it something else in the file`);
    seen.add(name.toLowerCase());
  }
  return `SELECT series, known_from, ${names.map((name, i) => `attributes[${String(i + 1)}] AS ${identifier(name)}`).join(', ')} FROM (${best}) WHERE kind = 'static' ORDER BY series`;
}

/** The names of media that a snapshot will hold: see `JoinProductsRequest.media`. */
export interface MediaName {
  /** Place of its products file among them. */
  readonly file: number;
  readonly name: string;
}

export interface MediaNamesRequest {
  readonly files: readonly ProductFacts[];
  /** Paths of the spans' indexes. */
  readonly indexes: readonly string[];
  readonly isComposite: boolean;
}

/** Names of pictures, sounds and films of the series and of products never sold, each once, in order of file and name. */
export async function mediaNames(session: Session, { files, indexes, isComposite }: MediaNamesRequest): Promise<readonly MediaName[]> {
  await session.run(`CREATE OR REPLACE TEMP TABLE all_series AS SELECT DISTINCT series FROM read_parquet([${indexes.map(literal).join(', ')}])`);
  await createOwners(session, { files, isComposite });
  const names: MediaName[] = [];
  const chunks = session.chunks(
    `SELECT DISTINCT CAST(rank AS INTEGER) AS file, value AS name FROM (
       SELECT o.series, f.* FROM owners AS o JOIN (${factsOf(files)}) AS f ON o.product = f.key WHERE kind IN (${mediaKinds.map(literal).join(', ')}) AND known_from IS NOT NULL
       QUALIFY row_number() OVER (PARTITION BY series, kind ORDER BY known_from, rank, row) = 1
     ) ORDER BY file, name`);
  for await (const chunk of chunks) {
    for (const [file, name] of chunk.getRows()) if (typeof file === 'number' && typeof name === 'string') names.push({ file, name });
  }
  return names;
}
