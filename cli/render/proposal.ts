import type { ProposalView } from '../../contracts/http.schema.ts';
import type { Colors } from '../terminal.ts';
import { minute, shortDigest } from './figures.ts';
import { renderPairs } from './table.ts';

/** What a person reads before deciding. */
export function renderProposal(proposal: ProposalView, colors: Colors): string {
  const { evidence } = proposal;
  const missing = proposal.quorum - proposal.decisions.filter(({ verdict }) => verdict === 'approve').length;
  return renderPairs(
    [
      ['proposal', `${proposal.id}, ${proposal.status}`],
      ['pipeline', proposal.pipeline],
      ['candidate', `version ${proposal.version}, ${shortDigest(proposal.candidate)}, of run ${proposal.runId}`],
      [
        'proposed',
        `${minute(proposal.proposedAt)} UTC by ${proposal.proposedBy}; expires ${minute(proposal.expiresAt)} UTC`,
      ],
      ...renderGates(proposal, colors),
      ['evidence', `snapshot ${shortDigest(evidence.snapshot)}, metrics ${shortDigest(evidence.metrics)}`],
      ['', `pipeline ${shortDigest(evidence.pipeline)}, code ${shortDigest(evidence.code)}`],
      ...proposal.decisions.map(({ verdict, actor, reason }): [string, string] => [verdict, `${actor}: ${reason}`]),
      ...(proposal.status === 'open'
        ? [['missing', `${missing} approval${missing === 1 ? '' : 's'}`] satisfies [string, string]]
        : []),
    ],
    colors,
  );
}

export function renderGates({ gates }: Pick<ProposalView, 'gates'>, colors: Colors): [string, string][] {
  return gates.map(({ holds, reason }) => ['gate', `${holds ? colors.green('✓') : colors.red('✗')} ${reason}`]);
}
