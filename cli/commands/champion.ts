import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { championHistorySchema } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { minute, shortDigest } from '../render/figures.ts';
import { renderPairs } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addChampionCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('champion')
    .description('Which candidate is in production, since when, by whose decision and why.')
    .argument('<pipeline>', 'name of the pipeline')
    .option('--at <time>', 'at that moment instead of now: a day or an ISO time', parseTime)
    .action(async (pipeline: string, options: { at?: string }) => {
      const session = sessionOf(command, dependencies);
      const answer = await session.api.get(
        `/v1/pipelines/${encodeURIComponent(pipeline)}/champion`,
        championHistorySchema,
        options,
      );
      const { champion, history } = answer;
      session.print(answer, () =>
        renderPairs(
          [
            ['champion', `version ${champion.version}, ${shortDigest(champion.candidate)}`],
            ['since', `${minute(champion.since)} UTC`],
            ['by', champion.by],
            ['reason', champion.reason],
            ['proposal', champion.proposalId],
            ['history', history.map(({ version, since }) => `v${version} ${since.slice(0, 10)}`).join(', ')],
          ],
          session.terminal.colors,
        ),
      );
    });
  withExample(command, 'npx forecastle champion online-retail --at 2025-11-24T12:00:00Z');
}

function parseTime(text: string): string {
  const time = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('It must be a time such as 2025-11-24 or 2025-11-24T12:00:00Z.');
  return time.toISOString();
}
