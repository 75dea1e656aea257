import { join } from 'node:path';

import { refuseShortHistory } from './clean/history-check.ts';
import { createPanelParts, type PanelPartsRequest } from './clean/panel-parts.ts';
import { salesTimes } from './clean/sales-times.ts';
import { launchHistory } from './cold-start/launch-history.ts';
import { nearestLaunches, vectorLikeness } from './cold-start/nearest-launches.ts';
import { recentSales } from './cold-start/recent-sales.ts';
import { staticAttributes } from './cold-start/static-attributes.ts';
import { diffSnapshots } from './profile/diff-snapshots.ts';
import { mergeProfiles } from './profile/merge-profiles.ts';
import { profilePart } from './profile/profile-part.ts';
import { profileProducts } from './profile/profile-products.ts';
import { profileTable } from './profile/profile-table.ts';
import { touchedCells } from './profile/touched-cells.ts';
import { extractMatrix } from './features/extract-matrix.ts';
import { exportForecasts, forecastRows } from './forecasts/forecast-files.ts';
import { nodePart } from './hierarchy/node-part.ts';
import { pastSales } from './hierarchy/past-sales.ts';
import { panelSeries, seriesLevels } from './hierarchy/series-levels.ts';
import { besideRows } from './ingest/beside-rows.ts';
import { joinSpans } from './ingest/join-spans.ts';
import { findSuperseded, mergeSpan } from './ingest/merge-span.ts';
import { mediaNames } from './ingest/join-products.ts';
import { readProducts } from './ingest/read-products.ts';
import { readReviews } from './ingest/read-reviews.ts';
import { newestTime, ratesDigest } from './ingest/rates-in-use.ts';
import { hasChanged, readSource } from './ingest/read-source.ts';
import { sourceRows } from './ingest/source-rows.ts';
import { createOriginParts, type OriginPartsRequest } from './features/origin-parts.ts';
import { planOrigins } from './features/plan-origins.ts';
import { readPredictions, writeForecasts, writePredictionTable } from './forecasts/prediction-table.ts';
import { seasonalScales } from './forecasts/seasonal-scales.ts';
import { createSessions, type DuckdbOptions, type Session } from './session.ts';
import { type ListedFile, type ListRequest, listSources, obtain } from './sources/list-sources.ts';
import { type LocatedMedia, locateMedia, type LocateMediaRequest, obtainMedia } from './sources/locate-media.ts';
import type { SourceOptions } from './sources/places.ts';
import { tuningData } from './tuning/tuning-data.ts';
import { writeTunedVectors } from './tuning/vector-rows.ts';
import { createSandbox, type SandboxOptions } from './validate/run-sandboxed.ts';
import { validateSales, type ValidateRequest } from './validate/validate-sales.ts';
import { mergeCacheParts, writeCachePart, writeMissing } from './vectors/cache-parts.ts';
import { firstContents, keyPrefixes, readItems, writeWanted } from './vectors/wanted-items.ts';
import { joinSlices, type Slices } from './vectors/sliced-join.ts';
import { writeReviewVectors } from './vectors/write-review-vectors.ts';
import { mediaState, writeVectors } from './vectors/write-vectors.ts';
import { writeViews } from './vectors/write-views.ts';
import { writePredictions } from './forecasts/write-predictions.ts';

/** One request in, one answer out. Aborting `signal` interrupts the query that runs. */
type Call<Request, Answer> = (request: Request & { readonly signal?: AbortSignal }) => Promise<Answer>;

/**
 * Everything that moves rows. Files are given by absolute path on the local disk; what a file of ours holds is documented on the contracts
 * that name it, and the same rows give the same bytes, whatever the number of threads.
 */
export function createDuckdb(options: DuckdbOptions & Pick<SandboxOptions, 'sandboxEntry'> & { readonly sources?: SourceOptions }) {
  const { sources = {} } = options;
  const { memoryLimitMiB } = options;
  // Parts are computed here and written one by one: on one thread DuckDB writes them as soon, for a third fewer CPU seconds.
  const forParts = Math.max(256, Math.floor(memoryLimitMiB / 4));
  const partSessions = createSessions({ ...options, threads: 1, memoryLimitMiB: forParts, tempFolder: join(options.tempFolder, 'parts') });
  const sessions = createSessions({ ...options, memoryLimitMiB: Math.max(128, memoryLimitMiB - forParts) });
  // Queries of pipeline files get an eighth of the memory, and spill the rest.
  const sandbox = createSandbox({ ...options, memoryLimitMiB: Math.max(64, Math.floor(memoryLimitMiB / 8)), tempFolder: join(options.tempFolder, 'sandbox') });
  const call = <Request, Answer>(work: (session: Session, request: Request) => Promise<Answer>): Call<Request, Answer> =>
    (request) => sessions.use(request.signal, (session) => work(session, request));
  /** Slices are put together on one thread, for the bytes to be the same with any number. Answers the number of rows. */
  const inSlices = <Request extends { readonly out: string }>(work: (session: Session, request: Request) => Promise<Slices>): Call<Request, number> => async (request) => {
    const { rows, slices } = await sessions.use(request.signal, (session) => work(session, request));
    await partSessions.use(request.signal, (session) => joinSlices(session, { slices, out: request.out }));
    return rows;
  };
  return {
    listSources: call((session, request: ListRequest & { readonly signal?: AbortSignal }) => listSources(session, sources, request)),
    obtain: (file: ListedFile, to: { readonly folder: string; readonly signal?: AbortSignal }) => sessions.use(to.signal, (session) => obtain(session, sources, file, to)),
    hasChanged,
    newestTime: call(newestTime),
    ratesDigest: call(ratesDigest),
    readSource: call(readSource),
    readProducts: call(readProducts),
    readReviews: call(readReviews),
    mediaNames: call(mediaNames),
    locateMedia: (request: LocateMediaRequest) => locateMedia(sources, request),
    obtainMedia: (file: LocatedMedia, to: { readonly folder: string; readonly signal?: AbortSignal }) => obtainMedia(sources, file, to),
    findSuperseded: call(findSuperseded),
    mergeSpan: call(mergeSpan),
    joinSpans: call(joinSpans),
    validateSales: call((session, request: ValidateRequest) => validateSales(session, request, sandbox)),
    salesTimes: call(salesTimes),
    panelParts: (request: PanelPartsRequest) => createPanelParts(partSessions, request),
    refuseShortHistory,
    planOrigins: call(planOrigins),
    originParts: (request: OriginPartsRequest) => createOriginParts(partSessions, request),
    extractMatrix: call(extractMatrix),
    panelSeries: call(panelSeries),
    seriesLevels: call(seriesLevels),
    nodePart: call(nodePart),
    pastSales: call(pastSales),
    launchHistory: call(launchHistory),
    recentSales: call(recentSales),
    staticAttributes: call(staticAttributes),
    nearestLaunches: call(nearestLaunches),
    vectorLikeness: call(vectorLikeness),
    writePredictions: call(writePredictions),
    readPredictions: call(readPredictions),
    writePredictionTable: call(writePredictionTable),
    seasonalScales: call(seasonalScales),
    writeForecasts: call(writeForecasts),
    exportForecasts: call(exportForecasts),
    forecastRows: (request: { readonly file: string; readonly signal?: AbortSignal }) => forecastRows(sessions, request),
    writeWanted: call(writeWanted),
    keyPrefixes: call(keyPrefixes),
    firstContents: call(firstContents),
    readItems: (request: { readonly file: string; readonly signal?: AbortSignal }) => readItems(sessions, request),
    writeMissing: call(writeMissing),
    writeCachePart: call(writeCachePart),
    mergeCacheParts: call(mergeCacheParts),
    writeViews: call(writeViews),
    writeVectors: inSlices(writeVectors),
    writeReviewVectors: inSlices(writeReviewVectors),
    mediaState: call(mediaState),
    tuningData: call(tuningData),
    writeTunedVectors: call(writeTunedVectors),
    profilePart: call(profilePart),
    profileProducts: call(profileProducts),
    mergeProfiles,
    profileTable: call(profileTable),
    diffSnapshots: call(diffSnapshots),
    touchedCells: call(touchedCells),
    sourceRows: call(sourceRows),
    besideRows: call(besideRows),
    /** Frees the instance's memory; the next call makes a new one. */
    close: async () => {
      await Promise.all([sessions.close(), partSessions.close()]);
    },
  };
}

export type Duckdb = ReturnType<typeof createDuckdb>;
