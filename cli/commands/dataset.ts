import type { Command } from 'commander';

import { snapshotDetailSchema, snapshotListSchema } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { count, shortDigest } from '../render/figures.ts';
import { renderSnapshot } from '../render/snapshot.ts';
import { renderTable } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addDatasetCommand(program: Command, dependencies: CliDependencies): void {
  const dataset = program.command('dataset').description('Immutable dataset versions (snapshots).');
  const list = dataset
    .command('list')
    .description('Snapshots, newest first.')
    .option('--pipeline <name>', 'of one pipeline')
    .action(async (options: { pipeline?: string }) => {
      const session = sessionOf(list, dependencies);
      const answer = await session.api.get('/v1/snapshots', snapshotListSchema, options);
      session.print(answer, () =>
        answer.snapshots.length === 0
          ? 'no snapshots yet: npx forecastle run PIPELINE.yaml'
          : renderTable(
              [
                { title: 'snapshot' },
                { title: 'rows', align: 'right' },
                { title: 'kept', align: 'right' },
                { title: 'series', align: 'right' },
                { title: 'from' },
                { title: 'to' },
              ],
              answer.snapshots.map((s) => [
                shortDigest(s.digest),
                count(s.rows),
                count(s.keptRows),
                count(s.series),
                s.from.slice(0, 10),
                s.to.slice(0, 10),
              ]),
              session.terminal.colors,
            ),
      );
    });
  withExample(list, 'npx forecastle dataset list --pipeline online-retail');
  const show = dataset
    .command('show')
    .description('One snapshot: its sources, columns, gaps and totals over time.')
    .argument('<digest>', 'digest or its first characters')
    .action(async (digest: string) => {
      const session = sessionOf(show, dependencies);
      const detail = await session.api.get(`/v1/snapshots/${encodeURIComponent(digest)}`, snapshotDetailSchema);
      session.print(detail, () => renderSnapshot(detail, session.terminal));
    });
  withExample(show, 'npx forecastle dataset show 3f9a1c');
}
