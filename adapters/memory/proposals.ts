import { BadInput } from '../../contracts/failure.ts';
import type { Decision, Proposal, ProposalStatus, ProposeResult } from '../../contracts/governance.ts';
import { isRepeated, noSuchProposal, standing } from '../governance-rules.ts';
import type { MemoryAudit } from './audit.ts';

export interface Closing {
  readonly proposalId: string;
  readonly status: ProposalStatus;
  readonly at: string;
  readonly reason: string;
}

/** Twin of the proposals in PostgreSQL. */
export function createMemoryProposals(audit: Pick<MemoryAudit, 'append'>) {
  const all = new Map<string, Proposal>();
  function existing(id: string): Proposal {
    const proposal = all.get(id);
    if (proposal === undefined) throw noSuchProposal(id);
    return proposal;
  }
  async function close({ proposalId, status, at, reason }: Closing): Promise<void> {
    const current = existing(proposalId);
    if (current.status !== 'open') return;
    all.set(proposalId, { ...current, status });
    await audit.append({ at, actor: 'system:champion', action: status, subject: proposalId, reason, detail: {} });
  }
  return {
    async open(proposal: Proposal): Promise<ProposeResult> {
      const rivals = [...all.values()].filter(({ pipeline }) => pipeline === proposal.pipeline);
      const stored = standing(rivals.reverse(), proposal);
      if (stored !== undefined) return { proposal: structuredClone(stored), created: false };
      const { id, pipeline, version, evidence, proposedAt: at, proposedBy: actor } = proposal;
      for (const rival of rivals)
        await close({ proposalId: rival.id, status: 'superseded', at, reason: `version ${version} was proposed` });
      all.set(id, structuredClone({ ...proposal, decisions: [] }));
      await audit.append({
        at,
        actor,
        action: 'propose',
        subject: id,
        reason: '',
        detail: { pipeline, version, evidence },
      });
      return { proposal: structuredClone(existing(id)), created: true };
    },
    async get(idOrPrefix: string): Promise<Proposal | undefined> {
      const exact = all.get(idOrPrefix);
      if (exact !== undefined) return structuredClone(exact);
      const found = [...all.values()].filter(({ id }) => id.startsWith(idOrPrefix));
      if (found.length > 1)
        throw new BadInput(`several proposals begin with "${idOrPrefix}": give more characters of the id`);
      return structuredClone(found[0]);
    },
    async list({ pipeline, status }: { readonly pipeline?: string; readonly status?: ProposalStatus } = {}): Promise<
      Proposal[]
    > {
      return structuredClone(
        [...all.values()]
          .filter(
            (proposal) =>
              (pipeline === undefined || proposal.pipeline === pipeline) &&
              (status === undefined || proposal.status === status),
          )
          .sort((a, b) => Date.parse(b.proposedAt) - Date.parse(a.proposedAt)),
      );
    },
    async decide({
      decision,
      status,
      at,
    }: {
      readonly decision: Decision;
      readonly status: ProposalStatus;
      readonly at: string;
    }): Promise<void> {
      const current = existing(decision.proposalId);
      if (isRepeated(current, decision)) return;
      const { actor, verdict, reason, evidence } = decision;
      const { id, pipeline, version } = current;
      all.set(id, { ...current, status, decisions: [...current.decisions, structuredClone(decision)] });
      await audit.append({ at, actor, action: verdict, subject: id, reason, detail: { pipeline, version, evidence } });
    },
    close,
  };
}
