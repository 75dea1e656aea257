import { extname } from 'node:path';

import type { Command } from 'commander';

import { BadInput } from '../../contracts/failure.ts';
import { withExample } from '../example.ts';
import { count } from '../render/figures.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';
import { writeWhole } from '../write-whole.ts';

export function addForecastsCommand(program: Command, dependencies: CliDependencies): void {
  const forecasts = program.command('forecasts').description('Forecasts of every series at once.');
  const command = forecasts
    .command('export')
    .description('Write the forecasts of the champion, or of a candidate, to a file: unique_id, ds, y_hat, q0.1 …')
    .argument('<pipeline>', 'name of the pipeline')
    .requiredOption('--out <file>', 'a .csv or .parquet file')
    .option('--candidate <ref>', 'version, or first characters of the digest')
    .action(async (pipeline: string, options: { out: string; candidate?: string }) => {
      const session = sessionOf(command, dependencies);
      const format = extname(options.out).slice(1).toLowerCase();
      if (format !== 'csv' && format !== 'parquet')
        throw new BadInput(`--out ${options.out}: the file must end in .csv or .parquet`);
      const body = await session.api.download(`/v1/pipelines/${encodeURIComponent(pipeline)}/forecasts/export`, {
        format,
        candidate: options.candidate,
      });
      const bytes = await writeWhole('--out', options.out, body);
      session.print({ file: options.out, bytes }, () => `${options.out}: ${count(bytes)} bytes`);
    });
  withExample(command, 'npx forecastle forecasts export online-retail --out forecasts.csv');
}
