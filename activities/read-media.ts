import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { IngestInput } from '../contracts/data.ts';
import { type TableParts, tablePartsMediaType } from '../contracts/table-parts.ts';
import { atMost } from '../domain/at-most.ts';
import type { LocatedMedia, MediaName } from './ingest-tables.ts';
import type { ProductsFile, ReadDeps, StoredSpan } from './read-files.ts';

/** What became of a name of a picture, a sound or a film. */
export type MediaOutcome = MediaName & (MediaContent | { readonly problem: string });

type MediaContent = Pick<ArtifactRef, 'uri' | 'sha256' | 'bytes'>;
/** The outcome of one file, however many names it has. */
type FileOutcome = { readonly address: string } & ({ readonly file: ArtifactRef } | { readonly problem: string });
/** A batch as it is kept: the files as parts of a table, so that whoever finds it in the cache sees whether all of them are still there. */
interface Batch extends TableParts {
  /** In the order of addresses. */
  readonly outcomes: readonly ({ readonly address: string; readonly part: number } | { readonly address: string; readonly problem: string })[];
}

/** Files that are read, and kept, at one time. */
const atOnce = 8;
/** Files of a unit at most; half as many on average. */
const mostInBatch = 500;

/**
 * Copies every file that the products name into the artifact store, each content once. Files lie in batches by their addresses; a batch all of
 * whose files are as they were (path, size, time of change) is not read again, and a killed attempt goes on at the batch that it was in.
 * @returns in the order of tables and names; a file that can't be had is no failure, but has a `problem`
 */
export async function readMedia(
  { tables, artifacts, withScratch, steps }: ReadDeps, { sources: { sales, products }, baseFolder }: Pick<IngestInput, 'sources' | 'baseFolder'>, files: readonly ProductsFile[], spans: readonly StoredSpan[],
): Promise<readonly MediaOutcome[]> {
  if (products === undefined || (products.image ?? products.audio ?? products.video) === undefined) return [];
  const signal = cancellationSignal();
  const indexes: string[] = [];
  for (const { index } of spans) indexes.push(await artifacts.fetchFile(index, signal));
  const facts: { uri: string; facts: string }[] = [];
  for (const file of files) facts.push({ uri: file.file.uri, facts: await artifacts.fetchFile(file.facts, signal) });
  const { series } = sales.columns;
  const names = await tables.mediaNames({ files: facts, indexes, isComposite: typeof series !== 'string' && series.length > 1, signal });
  const located = await tables.locateMedia({ names, tables: files.map(({ listed }) => listed), media: products.media, ...(products.s3 && { s3: products.s3 }), baseFolder, signal });

  async function readFile(file: LocatedMedia, folder: string): Promise<FileOutcome> {
    const got = await tables.obtainMedia(file, { folder, signal });
    if ('problem' in got) return { address: file.address, problem: got.problem };
    try {
      return { address: file.address, file: await artifacts.publishFile('raw', got.path, { mediaType: got.mediaType, extension: got.extension }, signal) };
    } finally {
      if (got.isCopy) await rm(got.path, { force: true });
    }
  }

  const outcomes = new Map<string, FileOutcome>();
  for (const batch of batchesOf(located.filter((one): one is LocatedMedia => 'address' in one))) {
    const { value } = await steps.once('readMedia', { files: batch }, () =>
      withScratch(async (folder): Promise<ArtifactRef> => ({
        ...(await artifacts.publishJson('raw', packed(await atMost(atOnce, batch, (file) => readFile(file, folder))))), mediaType: tablePartsMediaType,
      })));
    // Our own JSON, its digest checked.
    for (const outcome of unpacked((await artifacts.readJson(value)) as Batch)) outcomes.set(outcome.address, outcome);
  }
  return names.map((name, i): MediaOutcome => {
    const one = located[i];
    const outcome = one !== undefined && 'address' in one ? outcomes.get(one.address) : one;
    if (outcome === undefined) throw new TypeError(`nothing became of ${name.name}`);
    if ('problem' in outcome) return { ...name, problem: outcome.problem };
    const { uri, sha256, bytes } = outcome.file;
    return { ...name, uri, sha256, bytes };
  });
}

function packed(outcomes: readonly FileOutcome[]): Batch {
  const files = [...new Map(outcomes.flatMap((outcome) => ('file' in outcome ? [[outcome.file.uri, outcome.file] as const] : []))).values()];
  const places = new Map(files.map(({ uri }, part) => [uri, part]));
  return {
    parts: files.map((file) => ({ from: '', rows: 0, file })),
    outcomes: outcomes.map((outcome) => ('file' in outcome ? { address: outcome.address, part: places.get(outcome.file.uri) ?? -1 } : outcome)),
  };
}

function unpacked({ parts, outcomes }: Batch): readonly FileOutcome[] {
  return outcomes.map((outcome): FileOutcome => {
    if ('problem' in outcome) return outcome;
    const file = parts[outcome.part]?.file;
    if (file === undefined) throw new TypeError(`a batch of media has no part ${String(outcome.part)}`);
    return { address: outcome.address, file };
  });
}

/**
 * Each file once, in the order of addresses, cut where the digest of an address says so: a file that is added or removed changes the batch
 * that it lies in, and no other.
 */
export function batchesOf(files: readonly LocatedMedia[]): readonly (readonly LocatedMedia[])[] {
  const distinct = [...new Map(files.map((file) => [file.address, file])).values()].sort((a, b) => (a.address < b.address ? -1 : 1));
  const batches: LocatedMedia[][] = [];
  let current: LocatedMedia[] = [];
  for (const file of distinct) {
    current.push(file);
    if (hashOf(file.address) % (mostInBatch / 2) !== 0 && current.length < mostInBatch) continue;
    batches.push(current);
    current = [];
  }
  return current.length === 0 ? batches : [...batches, current];
}

/** FNV-1a in 32 bits, its high bits folded into the low ones: spreads addresses evenly, which is all that is asked of it. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** SHA-256 of what became of each name: files count by their content, not by where they lie. In pieces, since there may be very many. */
export async function digestOfOutcomes(outcomes: readonly MediaOutcome[]): Promise<string> {
  const hash = createHash('sha256');
  for (const [i, outcome] of outcomes.entries()) {
    hash.update(`${JSON.stringify([outcome.file, outcome.name, 'problem' in outcome ? outcome.problem : outcome.sha256])}\n`);
    if (i % 10_000 === 9_999) await setImmediate();
  }
  return hash.digest('hex');
}

/** Writes outcomes as JSON lines, one by one. */
export async function writeOutcomes(outcomes: readonly MediaOutcome[], path: string): Promise<string> {
  const file = await open(path, 'w');
  try {
    for (let from = 0; from < outcomes.length; from += 1000) await file.writeFile(outcomes.slice(from, from + 1000).map((outcome) => `${JSON.stringify(outcome)}\n`).join(''));
  } finally {
    await file.close();
  }
  return path;
}
