import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';

import type { Command } from 'commander';

import { labelDataset } from '../../adapters/duckdb/labels/label-dataset.ts';
import { createSessions } from '../../adapters/duckdb/session.ts';
import { BadInput } from '../../contracts/failure.ts';
import { withExample } from '../example.ts';
import { readPipelineFile } from '../pipeline-file.ts';
import { renderLabels } from '../render/labels.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

const memoryLimitMiB = 1024;

/** `forecastle dataset label`: here, in this process, on the files that the pipeline file names; no server is asked. */
export function addLabelCommand(dataset: Command, dependencies: CliDependencies): void {
  const command = dataset
    .command('label')
    .description('Derive labels by the rule in the pipeline file: a row per entity and cutoff, from what follows the cutoff.')
    .argument('<file>', 'pipeline file with a section `labels`')
    .requiredOption('--out <file>', 'a .parquet or .csv file')
    .action(async (file: string, { out }: { out: string }) => {
      const session = sessionOf(command, dependencies);
      const { pipeline, baseFolder } = readPipelineFile(file);
      const { labels, sources } = pipeline;
      if (labels === undefined)
        throw new BadInput(`${file} has no section \`labels\`: say entity, rule and within, for instance labels: { entity: CustomerID, rule: event-within, within: 30d }`);
      await refuseUnwritable(out);
      const scratch = await mkdtemp(join(tmpdir(), 'forecastle-label-'));
      const sessions = createSessions({ memoryLimitMiB, threads: 2, tempFolder: join(scratch, 'duckdb') });
      try {
        const set = await sessions.use(undefined, (duckdb) => labelDataset(duckdb, { sources, labels, baseFolder, scratch, out: resolve(out) }));
        // JSON knows no NaN.
        session.print({ file: out, ...set, meanLabel: Number.isNaN(set.meanLabel) ? null : set.meanLabel }, () => renderLabels(out, labels, set));
      } finally {
        await sessions.close();
        await rm(scratch, { recursive: true, force: true });
      }
    });
  withExample(command, 'npx forecastle dataset label shop.yaml --out labels.parquet');
}

/** Before minutes of work, not after. */
async function refuseUnwritable(out: string): Promise<void> {
  const format = extname(out).toLowerCase();
  if (format !== '.csv' && format !== '.parquet') throw new BadInput(`--out ${out}: the file must end in .parquet or .csv`);
  const folder = await stat(dirname(resolve(out))).catch(() => undefined);
  if (folder?.isDirectory() !== true) throw new BadInput(`--out ${out}: its folder does not exist`);
  const there = await stat(out).catch(() => undefined);
  if (there?.isDirectory() === true) throw new BadInput(`--out ${out} is a folder: name the file in it`);
}
