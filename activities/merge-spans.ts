import { cancellationSignal } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { IngestInput } from '../contracts/data.ts';
import { BadInput } from '../contracts/failure.ts';
import { parquetFile } from './artifact-store.ts';
import { type ReadDeps, type SalesFile, type StoredSpan, storeSpan } from './read-files.ts';

/** Rows of a span that lose their key to a row of another file. */
interface LostRows {
  readonly span: string;
  readonly rows: number;
  readonly file: ArtifactRef;
}

/**
 * The parts of a snapshot, oldest first. A span of which one file alone has rows, none of them superseded by another file, is that file's
 * own part; any other is merged, and merged again only when what goes into it has changed.
 * @param files in the order that their addresses sort in, each with other rows
 */
export async function mergeSpans({ tables, artifacts, withScratch, steps }: ReadDeps, { sources: { sales }, frequency }: Pick<IngestInput, 'sources' | 'frequency'>, files: readonly SalesFile[]): Promise<readonly StoredSpan[]> {
  const { duplicates, key, version, returns, levels } = sales;
  // Reading has shaped the rows; this is all that decides which of them count.
  const rules = { duplicates, key, version, returns: returns?.by === undefined ? undefined : returns, levels: Object.keys(levels), frequency };

  async function findSuperseded(): Promise<readonly LostRows[]> {
    if (key === undefined || files.length < 2) return [];
    refuseMixedVersions(files, version ?? '');
    const identities = files.map(({ file: { number, rows }, spans }) => ({ number, rows, identities: spans.flatMap(({ identity }) => identity ?? []) })).filter((file) => file.identities.length > 0);
    const { value } = await steps.once('findSuperseded', { files: identities, hasVersion: version !== undefined }, () =>
      withScratch(async (outFolder) => {
        const signal = cancellationSignal();
        const local: { number: number; rows: number; identities: string[] }[] = [];
        for (const { number, rows, identities: refs } of identities) {
          const paths: string[] = [];
          for (const ref of refs) paths.push(await artifacts.fetchFile(ref, signal));
          local.push({ number, rows, identities: paths });
        }
        const found = await tables.findSuperseded({ files: local, hasVersion: version !== undefined, outFolder, signal });
        const stored: LostRows[] = [];
        for (const { file, ...lost } of found) stored.push({ ...lost, file: await artifacts.publishFile('raw', file, parquetFile, signal) });
        return stored;
      }));
    return value;
  }

  async function merge(span: string, contributing: readonly { readonly number: number; readonly of: StoredSpan }[], lost: LostRows | undefined): Promise<StoredSpan> {
    const [only] = contributing;
    if (contributing.length === 1 && only !== undefined && lost === undefined) return only.of;
    const inputs = contributing.map(({ number, of: { part, identity } }) => ({ number, part, ...(identity && { identity }) }));
    const { value } = await steps.once('mergeSpan', { files: inputs, rules, span, ...(lost && { lost: lost.file }) }, () =>
      withScratch(async (outFolder) => {
        const signal = cancellationSignal();
        const local: { number: number; part: string; identity?: string }[] = [];
        for (const { number, part, identity } of inputs) {
          local.push({ number, part: await artifacts.fetchFile(part, signal), ...(identity && { identity: await artifacts.fetchFile(identity, signal) }) });
        }
        const written = await tables.mergeSpan({ files: local, sales, frequency, span, outFolder, signal, ...(lost && { lost: await artifacts.fetchFile(lost.file, signal) }) });
        return storeSpan(artifacts, written, span, signal);
      }));
    return value;
  }

  const superseded = await findSuperseded();
  const spans = [...new Set(files.flatMap((file) => file.spans.map(({ span }) => span)))].sort();
  const merged: StoredSpan[] = [];
  for (const span of spans) {
    const contributing = files.flatMap(({ file: { number }, spans: own }) => own.filter((one) => one.span === span).map((of) => ({ number, of })));
    merged.push(await merge(span, contributing, superseded.find((lost) => lost.span === span)));
  }
  return merged;
}

function refuseMixedVersions(files: readonly SalesFile[], column: string): void {
  const number = files.find(({ versionKind }) => versionKind === 'number');
  const time = files.find(({ versionKind }) => versionKind === 'time');
  if (number === undefined || time === undefined) return;
  throw new BadInput(`column "${column}" (version) holds numbers in ${number.file.uri} and times in ${time.file.uri}, which can't be compared; export both alike`);
}
