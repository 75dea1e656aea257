import type { CellChange, RowChanges } from '../../../contracts/snapshot-diff.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, parquetFiles } from '../sql-text.ts';
import type { SalesColumn } from './sales-columns.ts';

export interface ComparedPart {
  /** What tells parts of the same span: their `from`. */
  readonly span: string;
  readonly sha256: string;
  readonly path: string;
}

export interface ComparedSnapshot {
  /** Parts of the sales table, oldest first. */
  readonly parts: readonly ComparedPart[];
  /** The source files: what rows call them, and their address. */
  readonly sources: readonly { readonly number: number; readonly uri: string }[];
}

export interface RowChangesRequest {
  readonly a: ComparedSnapshot;
  readonly b: ComparedSnapshot;
  /** Columns of both. */
  readonly columns: readonly SalesColumn[];
}

const exampleRows = 5;

/** Compares by address the rows of the parts that differ, and by content those that an address did not match. */
export async function rowChanges(session: Session, { a, b, columns }: RowChangesRequest): Promise<RowChanges> {
  const [left, right] = [partsWithout(a.parts, b.parts), partsWithout(b.parts, a.parts)];
  const counts = { equalParts: b.parts.length - right.length, comparedParts: left.length + right.length };
  if (left.length + right.length === 0) {
    return { ...counts, added: 0, removed: 0, changed: 0, byColumn: {}, contentAdded: 0, contentRemoved: 0, examples: [] };
  }
  const places = commonPlaces(a.sources, b.sources);
  const names = columns.map(({ name }) => name);
  const differs = (i: number): string => `a.c${String(i)} IS DISTINCT FROM b.c${String(i)}`;
  const each = (side: string): string => names.map((_, i) => `${side}.c${String(i)} AS ${side}${String(i)}`).join(', ');
  await session.run(`CREATE OR REPLACE TEMP TABLE differing_rows AS
    SELECT coalesce(a.place, b.place) AS place, coalesce(a.row, b.row) AS row, b.file AS file, a.place IS NOT NULL AS in_a, b.place IS NOT NULL AS in_b, ${each('a')}, ${each('b')}
    FROM (${rowsOf(left, names, places.a, right)}) a FULL JOIN (${rowsOf(right, names, places.b, left)}) b ON a.place = b.place AND a.row = b.row
    WHERE a.place IS NULL OR b.place IS NULL${names.map((_, i) => ` OR ${differs(i)}`).join('')}`);
  const perColumn = names.map((_, i) => `count(*) FILTER (in_a AND in_b AND a${String(i)} IS DISTINCT FROM b${String(i)}) AS n${String(i)}`).join(', ');
  const found = await session.row(`SELECT count(*) FILTER (NOT in_a) AS added, count(*) FILTER (NOT in_b) AS removed, count(*) FILTER (in_a AND in_b) AS changed, ${perColumn} FROM differing_rows`);
  const byColumn = Object.fromEntries(names.map((name, i): [string, number] => [name, numberIn(found, `n${String(i)}`)]).filter(([, count]) => count > 0));
  const content = await session.row(`SELECT coalesce(sum(greatest(b - a, 0)), 0) AS added, coalesce(sum(greatest(a - b, 0)), 0) AS removed FROM (
    SELECT sum(a) AS a, sum(b) AS b FROM (
      SELECT 1 AS a, 0 AS b, ${names.map((_, i) => `a${String(i)} AS c${String(i)}`).join(', ')} FROM differing_rows WHERE in_a
      UNION ALL SELECT 0, 1, ${names.map((_, i) => `b${String(i)}`).join(', ')} FROM differing_rows WHERE in_b)
    GROUP BY ${names.map((_, i) => `c${String(i)}`).join(', ')})`);
  const examples = await exampleCells(session, names);
  await session.run('DROP TABLE differing_rows');
  return {
    ...counts, added: numberIn(found, 'added'), removed: numberIn(found, 'removed'), changed: numberIn(found, 'changed'), byColumn,
    contentAdded: numberIn(content, 'added'), contentRemoved: numberIn(content, 'removed'), examples,
  };
}

/** Parts that the others don't have byte for byte. */
function partsWithout(parts: readonly ComparedPart[], others: readonly ComparedPart[]): ComparedPart[] {
  const known = new Set(others.map(({ span, sha256 }) => `${span} ${sha256}`));
  return parts.filter(({ span, sha256 }) => !known.has(`${span} ${sha256}`));
}

/** A place for each source file by what rows call it. */
type Places = ReadonlyMap<number, number>;

/** Files are the same one, and have one place, when rows call them alike (the same bytes), else when their address is the same, else when either side has a single file. */
function commonPlaces(a: ComparedSnapshot['sources'], b: ComparedSnapshot['sources']): { readonly a: Places; readonly b: Places } {
  const places = new Map(b.map(({ number }, i) => [number, i]));
  const ofA = new Map<number, number>();
  const areSingle = a.length === 1 && b.length === 1;
  for (const { number } of a) if (places.has(number)) ofA.set(number, places.get(number) ?? 0);
  const taken = new Set(ofA.values());
  for (const [i, { number, uri }] of a.entries()) {
    if (ofA.has(number)) continue;
    const place = areSingle ? 0 : b.findIndex((source, j) => source.uri === uri && !taken.has(j));
    ofA.set(number, place === -1 ? b.length + i : place);
    taken.add(place);
  }
  return { a: ofA, b: places };
}

/** Rows with the place of their file; no rows, with the columns of the other side, where there is no part. */
function rowsOf(parts: readonly ComparedPart[], names: readonly string[], places: Places, others: readonly ComparedPart[]): string {
  const files = parquetFiles((parts.length > 0 ? parts : others).map(({ path }) => path));
  const columns = names.map((name, i) => `${identifier(name)} AS c${String(i)}`).join(', ');
  const table = [...places].map(([number, place]) => `(${String(number)}, ${String(place)})`).join(', ');
  return `SELECT place, file, row, ${columns} FROM ${files} JOIN (VALUES ${table}) places(number, place) ON file = number${parts.length > 0 ? '' : ' WHERE false'}`;
}

async function exampleCells(session: Session, names: readonly string[]): Promise<readonly CellChange[]> {
  const series = names.indexOf('series');
  const cells = names.flatMap((_, i) => [`CAST(a${String(i)} AS VARCHAR) AS a${String(i)}`, `CAST(b${String(i)} AS VARCHAR) AS b${String(i)}`]).join(', ');
  const rows = await session.rows(`SELECT file, row, ${cells} FROM differing_rows WHERE in_a AND in_b ORDER BY place, row LIMIT ${String(exampleRows)}`);
  return rows.flatMap((row) => names.flatMap((column, i) => {
    const [a, b] = [row[`a${String(i)}`], row[`b${String(i)}`]];
    if (a === b) return [];
    return [{
      file: numberIn(row, 'file'), row: numberIn(row, 'row'), series: series === -1 ? '' : textIn(row, `b${String(series)}`), column,
      ...(typeof a === 'string' && { a }), ...(typeof b === 'string' && { b }),
    }];
  }));
}
