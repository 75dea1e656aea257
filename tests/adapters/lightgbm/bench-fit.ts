/** Cost of one fit at the budgeted size: `node dist/tests/adapters/lightgbm/bench-fit.js [PARAMETERS-JSON]`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitLightgbm } from '../../../adapters/lightgbm/fit.ts';
import type { Parameters } from '../../../contracts/training.ts';
import { syntheticJob, weekOf, writeSyntheticMatrix } from '../synthetic-matrix.ts';
import { libraryPath } from './lightgbm-library.ts';

const folder = await mkdtemp(join(tmpdir(), 'lightgbm-bench-'));
try {
  const matrix = await writeSyntheticMatrix(folder, { series: 3000, periods: 46, horizon: 4, lags: 16, noise: 26 });
  const parameters: Parameters = JSON.parse(process.argv[2] ?? '{}');
  const quantiles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  const job = await syntheticJob(matrix, join(folder, 'out'), weekOf(45), parameters, { threads: 2, quantiles });
  const before = process.cpuUsage();
  const started = performance.now();
  const outcome = await fitLightgbm(libraryPath, job, () => undefined);
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({
      trainedRows: outcome.trainedRows,
      columns: matrix.spec.shared.length + 2,
      wallSeconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
      engine: outcome.engine,
    }),
  );
} finally {
  await rm(folder, { recursive: true });
}
