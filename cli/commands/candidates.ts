import type { Command } from 'commander';

import { candidateListSchema, comparisonSchema } from '../../contracts/http.schema.ts';
import type { CandidateView } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { minute, score, shortDigest, signed } from '../render/figures.ts';
import { renderPairs, renderTable } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addCandidatesCommand(program: Command, dependencies: CliDependencies): void {
  const candidates = program.command('candidates').description('Registered model versions with their evidence.');
  addList(candidates, dependencies);
  addCompare(candidates, dependencies);
}

function addList(candidates: Command, dependencies: CliDependencies): void {
  const command = candidates
    .command('list')
    .description('The candidates of a pipeline, newest first, with the ensemble on the untouched horizon.')
    .argument('<pipeline>', 'name of the pipeline')
    .action(async (pipeline: string) => {
      const session = sessionOf(command, dependencies);
      const answer = await session.api.get(
        `/v1/pipelines/${encodeURIComponent(pipeline)}/candidates`,
        candidateListSchema,
      );
      const number = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
      session.print(answer, () =>
        renderTable(
          [
            number('version'),
            { title: 'candidate' },
            number('WAPE'),
            number('MASE'),
            number('WQL'),
            number('bias'),
            { title: 'made (UTC)' },
          ],
          answer.candidates.map((candidate) => [
            String(candidate.version),
            shortDigest(candidate.digest),
            ...testScores(candidate),
            minute(candidate.createdAt),
          ]),
          session.terminal.colors,
        ),
      );
    });
  withExample(command, 'npx forecastle candidates list online-retail');
}

function testScores({ metrics }: CandidateView): string[] {
  const row = metrics.find(({ model, split }) => model === 'ensemble' && split === 'test');
  return [score(row?.wape), score(row?.mase), score(row?.wql), signed(row?.bias)];
}

function addCompare(candidates: Command, dependencies: CliDependencies): void {
  const command = candidates
    .command('compare')
    .description('Two candidates: the metrics side by side and what is different in how they were made.')
    .argument('<pipeline>', 'name of the pipeline')
    .argument('<a>', 'version, or first characters of the digest')
    .argument('<b>', 'the other one')
    .action(async (pipeline: string, a: string, b: string) => {
      const session = sessionOf(command, dependencies);
      const { colors } = session.terminal;
      const answer = await session.api.get('/v1/candidates/compare', comparisonSchema, { pipeline, a, b });
      session.print(answer, () => {
        const name = ({ version, digest, createdAt }: typeof answer.a): string =>
          `version ${version}, ${shortDigest(digest)}, ${minute(createdAt)} UTC`;
        const parts = [
          renderPairs(
            [
              ['a', name(answer.a)],
              ['b', name(answer.b)],
              ['data', answer.a.snapshot === answer.b.snapshot ? 'the same snapshot' : 'different snapshots'],
            ],
            colors,
          ),
          renderTable(
            [
              { title: 'model', max: 18 },
              { title: 'split' },
              { title: 'metric' },
              ...(['a', 'b', 'b − a'] as const).map((title) => ({ title, align: 'right' as const })),
            ],
            answer.rows.map((row) => [
              row.model,
              row.split,
              row.metric,
              score(row.a),
              score(row.b),
              signed(row.difference),
            ]),
            colors,
          ),
        ];
        if (answer.changed.length > 0) {
          parts.push(
            renderTable(
              [
                { title: 'differs', max: 36 },
                { title: 'a', max: 18 },
                { title: 'b', max: 18 },
              ],
              answer.changed.map((item) => [item.what, item.a, item.b]),
              colors,
            ),
          );
        }
        return parts.join('\n\n');
      });
    });
  withExample(command, 'npx forecastle candidates compare online-retail 1 2');
}
