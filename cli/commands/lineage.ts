import type { Command } from 'commander';

import { BadInput } from '../../contracts/failure.ts';
import { lineageSchema } from '../../contracts/http.schema.ts';
import type { Lineage } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { shortDigest } from '../render/figures.ts';
import { renderLineage } from '../render/lineage.ts';
import { renderTable } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';
import { parseCount } from './runs.ts';

export function addLineageCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('lineage')
    .description('What something was made from, down to the source files and rows; or what was made from it.')
    .argument(
      '<ref>',
      'PIPELINE/SERIES/DATE of a forecast, PIPELINE/vN, a run id, a digest, a proposal, a source address',
    )
    .option('--up', 'towards the sources (the default)')
    .option('--down', 'towards what was made from it')
    .option('--depth <n>', 'at most so many steps away', parseCount, 12)
    .option(
      '--rows [n]',
      'show the newest rows of the source file that the series of a forecast has (20 when n is left out)',
      parseCount,
    )
    .action(async (ref: string, options: { up?: boolean; down?: boolean; depth: number; rows?: number | true }) => {
      const session = sessionOf(command, dependencies);
      if (options.up === true && options.down === true) throw new BadInput('--up and --down: choose one');
      const answer = await session.api.get('/v1/lineage', lineageSchema, {
        ref,
        direction: options.down === true ? 'down' : 'up',
        depth: options.depth,
        rows: options.rows === undefined ? undefined : true,
        rowLimit: options.rows === true ? undefined : options.rows,
      });
      const { colors, columns } = session.terminal;
      session.print(answer, () => {
        const tree = renderLineage(answer, columns, colors);
        if (answer.rows === undefined) return tree;
        if (answer.rows.length === 0) return `${tree}\n\nno source rows`;
        const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
        const table = renderTable(
          [right('row'), { title: 'time' }, right('target'), right('price'), { title: 'returned' }, { title: 'kept' }],
          answer.rows.map((row) => [
            String(row.row),
            row.time,
            text(row.target),
            text(row.price),
            row.returned ? 'yes' : '',
            row.kept ? 'yes' : 'no',
          ]),
          colors,
        );
        return `${tree}\n\n${headingOf(answer)}\n${table}`;
      });
    });
  withExample(command, 'npx forecastle lineage online-retail/85123A/2011-12-12 --up --rows');
}

function headingOf({ rows = [], rowsFrom }: Lineage): string {
  if (rowsFrom === undefined) return 'source rows';
  const { uri, sha256, snapshot, total } = rowsFrom;
  const which = total > rows.length ? `the newest ${rows.length} of ${total}` : `all ${total}`;
  return `source rows of ${uri} (sha256 ${shortDigest(sha256)})\nin snapshot ${shortDigest(snapshot)}: ${which}`;
}

function text(value: number | null): string {
  return value === null ? '–' : String(value);
}
