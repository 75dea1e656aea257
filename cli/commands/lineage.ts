import type { Command } from 'commander';

import { BadInput } from '../../contracts/failure.ts';
import { lineageSchema } from '../../contracts/http-lineage.schema.ts';
import { withExample } from '../example.ts';
import { renderLineage } from '../render/lineage.ts';
import { renderSourceRows } from '../render/source-rows.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';
import { parseDay } from './run.ts';
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
      'show the newest rows of the source files that the series of a forecast has (20 when n is left out)',
      parseCount,
    )
    .option('--from <date>', 'rows from this day on', parseDay)
    .option('--to <date>', 'rows up to this day', parseDay)
    .action(async (ref: string, options: Options) => {
      const session = sessionOf(command, dependencies);
      if (options.up === true && options.down === true) throw new BadInput('--up and --down: choose one');
      if (options.rows === undefined && (options.from ?? options.to) !== undefined)
        throw new BadInput('--from and --to say which rows are shown: add --rows');
      if (options.from !== undefined && options.to !== undefined && options.from > options.to)
        throw new BadInput(`--from ${options.from} lies after --to ${options.to}: exchange them`);
      const answer = await session.api.get('/v1/lineage', lineageSchema, {
        ref,
        direction: options.down === true ? 'down' : 'up',
        depth: options.depth,
        rows: options.rows === undefined ? undefined : true,
        rowLimit: options.rows === true ? undefined : options.rows,
        from: options.from,
        to: options.to,
      });
      const { colors, columns } = session.terminal;
      session.print(answer, () => {
        const tree = renderLineage(answer, columns, colors);
        return answer.rows === undefined ? tree : `${tree}\n\n${renderSourceRows(answer, columns, colors)}`;
      });
    });
  withExample(command, 'npx forecastle lineage online-retail/85123A/2011-12-12 --up --rows');
}

interface Options {
  readonly up?: boolean;
  readonly down?: boolean;
  readonly depth: number;
  readonly rows?: number | true;
  readonly from?: string;
  readonly to?: string;
}
