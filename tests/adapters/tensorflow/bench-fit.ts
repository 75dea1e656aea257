/** Cost of one fit at the budgeted size: `node dist/tests/adapters/tensorflow/bench-fit.js [PARAMETERS-JSON]`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitNetwork } from '../../../adapters/tensorflow/fit.ts';
import type { Parameters } from '../../../contracts/training.ts';
import { syntheticJob, weekOf, writeSyntheticMatrix } from '../synthetic-matrix.ts';

const folder = await mkdtemp(join(tmpdir(), 'tensorflow-bench-'));
try {
  const matrix = await writeSyntheticMatrix(folder, { series: 3000, periods: 46, horizon: 4, lags: 16 });
  const parameters: Parameters = JSON.parse(process.argv[2] ?? '{}');
  const job = await syntheticJob(matrix, join(folder, 'out'), weekOf(45), parameters, {
    quantiles: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  });
  const before = process.cpuUsage();
  const started = performance.now();
  const outcome = await fitNetwork(job, () => undefined);
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({
      trainedRows: outcome.trainedRows,
      wallSeconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
      engine: outcome.engine,
      looks: outcome.curves['validation_loss']?.length,
    }),
  );
} finally {
  await rm(folder, { recursive: true });
}
