import type { Command } from 'commander';

import { BadInput } from '../../contracts/failure.ts';
import { decisionOutcomeSchema, proposalSchema } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { shortDigest } from '../render/figures.ts';
import { renderGates } from '../render/proposal.ts';
import { renderPairs } from '../render/table.ts';
import { requireActor, sessionOf } from '../session.ts';
import type { CliDependencies, Session } from '../session.ts';

type Verdict = 'approve' | 'reject';

export function addApproveCommand(program: Command, dependencies: CliDependencies): void {
  addDecision(program, dependencies, 'approve', 'Put a proposed candidate into production, on the evidence shown.');
}

export function addRejectCommand(program: Command, dependencies: CliDependencies): void {
  addDecision(program, dependencies, 'reject', 'Turn a proposed candidate down; the champion stays.');
}

function addDecision(program: Command, dependencies: CliDependencies, verdict: Verdict, description: string): void {
  const command = program
    .command(verdict)
    .description(description)
    .argument('<id>', 'proposal id or its first characters')
    .requiredOption('--reason <text>', 'why; it is kept in the audit table')
    .action(async (id: string, { reason }: { reason: string }) =>
      decide(sessionOf(command, dependencies), verdict, id, reason),
    );
  withExample(
    command,
    `npx forecastle ${verdict} 4f1c2a --as ana --reason "${verdict === 'approve' ? 'better in every category' : 'the bias is too large'}"`,
  );
}

async function decide(session: Session, verdict: Verdict, id: string, reason: string): Promise<void> {
  if (reason.trim() === '') throw new BadInput('--reason is empty: say why, it is what an auditor reads');
  const actor = requireActor(session);
  const proposal = await session.api.get(`/v1/proposals/${encodeURIComponent(id)}`, proposalSchema);
  const { colors } = session.terminal;
  if (!session.json) {
    const heading: [string, string] = [
      'proposal',
      `${proposal.id}: ${proposal.pipeline} version ${proposal.version}, ${shortDigest(proposal.candidate)}`,
    ];
    session.terminal.out(
      `${renderPairs([heading, ...renderGates(proposal, colors), [verdict, `${actor}: ${reason}`]], colors)}\n`,
    );
  }
  // Exactly the evidence that was shown: if it changed meanwhile, the decision is refused.
  const outcome = await session.api.post(
    `/v1/proposals/${encodeURIComponent(proposal.id)}/decision`,
    decisionOutcomeSchema,
    { verdict, reason, evidence: proposal.evidence },
  );
  session.print(outcome, () => outcome.message);
}
