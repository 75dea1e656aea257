import type { Command } from 'commander';

import { proposalListSchema, proposalSchema, proposalStatusSchema } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { minute, shortDigest } from '../render/figures.ts';
import { renderProposal } from '../render/proposal.ts';
import { renderTable } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addProposalsCommand(program: Command, dependencies: CliDependencies): void {
  const proposals = program.command('proposals').description('Requests to put a candidate into production.');
  const list = proposals
    .command('list')
    .description('Proposals, newest first.')
    .option('--pipeline <name>', 'of one pipeline')
    .option('--status <status>', proposalStatusSchema.options.join(', '))
    .action(async (options: { pipeline?: string; status?: string }) => {
      const session = sessionOf(list, dependencies);
      const answer = await session.api.get('/v1/proposals', proposalListSchema, options);
      session.print(answer, () =>
        answer.proposals.length === 0
          ? 'no proposals'
          : renderTable(
              [
                { title: 'proposal', max: 24 },
                { title: 'pipeline', max: 18 },
                { title: 'v', align: 'right' },
                { title: 'candidate' },
                { title: 'status' },
                { title: 'expires (UTC)' },
              ],
              answer.proposals.map((p) => [
                p.id,
                p.pipeline,
                String(p.version),
                shortDigest(p.candidate),
                p.status,
                minute(p.expiresAt),
              ]),
              session.terminal.colors,
            ),
      );
    });
  withExample(list, 'npx forecastle proposals list --status open');
  const show = proposals
    .command('show')
    .description('One proposal: its gates, its evidence, its decisions.')
    .argument('<id>', 'proposal id or its first characters')
    .action(async (id: string) => {
      const session = sessionOf(show, dependencies);
      const proposal = await session.api.get(`/v1/proposals/${encodeURIComponent(id)}`, proposalSchema);
      session.print(proposal, () => renderProposal(proposal, session.terminal.colors));
    });
  withExample(show, 'npx forecastle proposals show 4f1c2a');
}
