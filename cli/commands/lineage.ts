import type { Command } from 'commander';

import { BadInput } from '../../contracts/failure.ts';
import { lineageSchema } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { renderLineage } from '../render/lineage.ts';
import { renderTable } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';
import { parseCount } from './runs.ts';

export function addLineageCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('lineage')
    .description('What something was made from, down to the source files and rows; or what was made from it.')
    .argument('<ref>', 'PIPELINE/SERIES/DATE of a forecast, a run id, a digest, a proposal, a source address')
    .option('--up', 'towards the sources (the default)')
    .option('--down', 'towards what was made from it')
    .option('--depth <n>', 'at most so many steps away', parseCount, 12)
    .option('--rows', 'show rows of the source file that the series of a forecast has')
    .action(async (ref: string, options: { up?: boolean; down?: boolean; depth: number; rows?: boolean }) => {
      const session = sessionOf(command, dependencies);
      if (options.up === true && options.down === true) throw new BadInput('--up and --down: choose one');
      const answer = await session.api.get('/v1/lineage', lineageSchema, {
        ref,
        direction: options.down === true ? 'down' : 'up',
        depth: options.depth,
        rows: options.rows === true ? true : undefined,
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
        return `${tree}\n\nsource rows (the first ${answer.rows.length})\n${table}`;
      });
    });
  withExample(command, 'npx forecastle lineage online-retail/85123A/2011-12-12 --up --rows');
}

function text(value: number | null): string {
  return value === null ? '–' : String(value);
}
