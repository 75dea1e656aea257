import { join } from 'node:path';

import { clean } from './clean/clean.ts';
import { describeTable, sourceRows } from './profile/describe-table.ts';
import { extractMatrix } from './features/extract-matrix.ts';
import { exportForecasts, forecastRows } from './forecasts/forecast-files.ts';
import { ingest } from './ingest/ingest.ts';
import { buildOriginTable } from './features/origin-table.ts';
import { readPredictions, writeForecasts, writePredictionTable } from './forecasts/prediction-table.ts';
import { seasonalScales } from './forecasts/seasonal-scales.ts';
import { createSessions, type DuckdbOptions, type Session } from './session.ts';
import { fingerprintSources } from './sources/source-files.ts';
import { readTexts, readVectors, writeVectors } from './features/text-vectors.ts';
import { createSandbox, type SandboxOptions } from './validate/run-sandboxed.ts';
import { validateSales, type ValidateRequest } from './validate/validate-sales.ts';
import { writePredictions } from './forecasts/write-predictions.ts';

/** One request in, one answer out. Aborting `signal` interrupts the query that runs. */
type Call<Request, Answer> = (request: Request & { readonly signal?: AbortSignal }) => Promise<Answer>;

/**
 * Everything that moves rows. Files are given by absolute path on the local disk; what a file of ours holds is documented on the contracts
 * that name it, and the same rows give the same bytes, whatever the number of threads.
 */
export function createDuckdb(options: DuckdbOptions & Pick<SandboxOptions, 'sandboxEntry'>) {
  const sessions = createSessions(options);
  // Queries of pipeline files get an eighth of the memory, and spill the rest.
  const sandbox = createSandbox({ ...options, memoryLimitMiB: Math.max(64, Math.floor(options.memoryLimitMiB / 8)), tempFolder: join(options.tempFolder, 'sandbox') });
  const call = <Request, Answer>(work: (session: Session, request: Request) => Promise<Answer>): Call<Request, Answer> =>
    (request) => sessions.use(request.signal, (session) => work(session, request));
  return {
    fingerprintSources,
    ingest: call(ingest),
    validateSales: call((session, request: ValidateRequest) => validateSales(session, request, sandbox)),
    clean: call(clean),
    buildOriginTable: call(buildOriginTable),
    extractMatrix: call(extractMatrix),
    writePredictions: call(writePredictions),
    readPredictions: call(readPredictions),
    writePredictionTable: call(writePredictionTable),
    seasonalScales: call(seasonalScales),
    writeForecasts: call(writeForecasts),
    exportForecasts: call(exportForecasts),
    forecastRows: (request: { readonly file: string; readonly signal?: AbortSignal }) => forecastRows(sessions, request),
    readTexts: call(readTexts),
    writeVectors: call(writeVectors),
    readVectors: call(readVectors),
    describeTable: call(describeTable),
    sourceRows: call(sourceRows),
    /** Frees the instance's memory; the next call makes a new one. */
    close: () => sessions.close(),
  };
}

export type Duckdb = ReturnType<typeof createDuckdb>;
