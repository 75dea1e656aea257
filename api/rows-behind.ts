import { z } from 'zod';

import { NotFound } from '../contracts/failure.ts';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { SalesPart, Snapshot } from '../contracts/data.ts';
import type { Lineage } from '../contracts/http-lineage.schema.ts';
import { readParts } from '../contracts/table-parts.ts';
import { dayOfIso, firstMomentOf, isoOfDay } from '../domain/calendar.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { ForecastOrigin } from './forecast-origin.ts';

/** Which rows of a forecast's series are wanted. */
export interface WantedRows {
  /** ISO dates, both included. */
  readonly from?: string;
  readonly to?: string;
  /** The newest so many. */
  readonly limit: number;
}

type Needs = Pick<ApiDependencies, 'artifacts' | 'candidates' | 'forecasts' | 'runs' | 'snapshots' | 'tables'>;

/** The rows of the series in the snapshot that the candidate was made from, up to the day before its first forecast period, and what else was known of it then. */
export async function rowsBehind(deps: Needs, { pipeline, series, champion }: ForecastOrigin, { from, to, limit }: WantedRows): Promise<Pick<Lineage, 'rows' | 'rowsFrom' | 'reviews' | 'media'>> {
  const candidate = await deps.candidates.find({ pipeline, ref: champion.candidate });
  const found = candidate === undefined ? undefined : await deps.snapshots.find(candidate.snapshot);
  const sales = found?.snapshot.sources.filter((file) => file.source === 'sales') ?? [];
  const [first] = sales;
  if (found === undefined || first === undefined)
    throw new NotFound(
      `the snapshot behind version ${champion.version} of ${pipeline} is not recorded: its rows can't be shown`,
    );
  const [start] = (await deps.forecasts.read({ pipeline, series, candidate: champion.candidate })).map(({ ds }) => ds).sort();
  const made = candidate === undefined ? undefined : await deps.runs.input(candidate.runId);
  const before = start === undefined || made === undefined ? start : firstMomentOf(start, made.pipeline.frequency);
  // Rows of an incomplete last period are in the snapshot, but no forecast saw them: forecasts begin where what they know ends.
  const seen = before === undefined ? undefined : lastDayBefore(before);
  const until = [to, seen].filter((day) => day !== undefined).sort()[0];
  const span = { ...(from !== undefined && { from }), ...(until !== undefined && { to: until }) };
  const paths: string[] = [];
  for (const part of await partsWith(deps, found.snapshot, { series, ...span })) paths.push(await deps.artifacts.fetchFile(part));
  const { total, rows } = await deps.tables.sourceRows({
    // Snapshots of older versions count their files.
    sales: paths, files: new Map(sales.map(({ number, uri }, index) => [number ?? index, uri])), series, limit, ...span, ...(before !== undefined && { before }),
  });
  const newest = sales.find(({ uri }) => uri === rows.at(-1)?.file) ?? first;
  return {
    rowsFrom: { snapshot: found.snapshot.digest, uri: newest.uri, sha256: newest.sha256, total, files: new Set(rows.map(({ file }) => file)).size, ...span },
    rows: rows.map((row) => ({ ...row, target: finite(row.target), price: finite(row.price) })),
    ...(await besides(deps, found.snapshot, { series, limit, ...span, ...(before !== undefined && { before }) })),
  };
}

/** Reviews of the time asked for, and files that were known; nothing of what the snapshot has no table of. */
async function besides({ artifacts, tables }: Needs, { reviews, media, sources }: Snapshot, asked: Asked & { readonly before?: string; readonly limit: number }): Promise<Pick<Lineage, 'reviews' | 'media'>> {
  if (reviews === undefined && media === undefined) return {};
  const files = new Map(sources.flatMap(({ source, number, uri }) => (source === 'reviews' && number !== undefined ? [[number, uri] as const] : [])));
  const found = await tables.besideRows({
    files, ...asked, ...(reviews && { reviews: await artifacts.fetchFile(reviews) }), ...(media && { media: await artifacts.fetchFile(media) }),
  });
  return { ...(reviews && { reviews: { total: found.total, rows: found.reviews } }), ...(media && { media: found.media }) };
}

/** The last day with moments before the start of a period. */
function lastDayBefore(start: string): string {
  const day = dayOfIso(start) ?? Number.NaN;
  return isoOfDay(start.length > 10 && !start.endsWith('T00:00') ? day : day - 1);
}

interface Asked {
  readonly series: string;
  readonly from?: string;
  readonly to?: string;
}

/** The parts that may hold such rows, by the key range and the time range that the manifest gives them. */
async function partsWith({ artifacts }: Needs, snapshot: Snapshot, asked: Asked): Promise<readonly ArtifactRef[]> {
  const parts = await readParts(artifacts, snapshot.sales);
  const known = new Map(manifestSchema.parse(await artifacts.readJson(snapshot.manifest)).parts?.map((part) => [part.sha256, part]));
  return parts.map(({ file }) => file).filter(({ sha256 }) => mayHold(known.get(sha256), asked));
}

type Ranges = { readonly [name in 'firstSeries' | 'lastSeries' | 'firstTime' | 'lastTime']?: SalesPart[name] | undefined };

function mayHold(part: Ranges | undefined, { series, from, to }: Asked): boolean {
  if (part === undefined) return true;
  const { firstSeries = '', lastSeries, firstTime = '', lastTime } = part;
  if (lastSeries === undefined || lastTime === undefined) return false;
  // Parts are sorted by the bytes of the series.
  const inKeys = Buffer.compare(Buffer.from(firstSeries), Buffer.from(series)) <= 0 && Buffer.compare(Buffer.from(series), Buffer.from(lastSeries)) <= 0;
  return inKeys && firstTime.slice(0, 10) <= (to ?? '9999') && (from ?? '') <= lastTime.slice(0, 10);
}

/** Manifests of older versions list no parts. */
const text = z.string().optional();
const manifestSchema = z.object({
  parts: z
    .array(z.object({ sha256: z.string(), firstSeries: text, lastSeries: text, firstTime: text, lastTime: text }))
    .optional(),
});

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null; // JSON has no NaN
}
