import { BadInput, NotFound } from '../../contracts/failure.ts';
import type { Decision, Proposal, ProposalStatus, ProposeResult } from '../../contracts/governance.ts';

/** Twin of the proposals in PostgreSQL, without the audit table. */
export function createMemoryProposals() {
  const all = new Map<string, Proposal>();
  function existing(id: string): Proposal {
    const proposal = all.get(id);
    if (proposal === undefined) throw new NotFound(`no proposal ${id}: \`npx forecastle proposals list\` shows the proposals there are`);
    return proposal;
  }
  async function close({ proposalId, status }: { readonly proposalId: string; readonly status: ProposalStatus; readonly at: string; readonly reason: string }): Promise<void> {
    const current = all.get(proposalId);
    if (current?.status === 'open') all.set(proposalId, { ...current, status });
  }
  return {
    async open(proposal: Proposal): Promise<ProposeResult> {
      const rivals = [...all.values()].filter(({ pipeline }) => pipeline === proposal.pipeline);
      const stored = rivals.find(({ candidate }) => candidate === proposal.candidate);
      if (stored !== undefined) return { proposal: structuredClone(stored), created: false };
      for (const { id, status } of rivals) {
        if (status === 'open') await close({ proposalId: id, status: 'superseded', at: proposal.proposedAt, reason: `version ${proposal.version} was proposed` });
      }
      all.set(proposal.id, structuredClone({ ...proposal, decisions: [] }));
      return { proposal: structuredClone(existing(proposal.id)), created: true };
    },
    async get(idOrPrefix: string): Promise<Proposal | undefined> {
      const exact = all.get(idOrPrefix);
      if (exact !== undefined) return structuredClone(exact);
      const found = [...all.values()].filter(({ id }) => id.startsWith(idOrPrefix));
      if (found.length > 1) throw new BadInput(`several proposals begin with "${idOrPrefix}": give more characters of the id`);
      return structuredClone(found[0]);
    },
    async list({ pipeline, status }: { readonly pipeline?: string; readonly status?: ProposalStatus }): Promise<Proposal[]> {
      return structuredClone(
        [...all.values()]
          .filter((proposal) => (pipeline === undefined || proposal.pipeline === pipeline) && (status === undefined || proposal.status === status))
          .sort((a, b) => Date.parse(b.proposedAt) - Date.parse(a.proposedAt)),
      );
    },
    async decide({ decision, status }: { readonly decision: Decision; readonly status: ProposalStatus; readonly at: string }): Promise<void> {
      const current = existing(decision.proposalId);
      if (current.decisions.some(({ actor, verdict }) => actor === decision.actor && verdict === decision.verdict)) return;
      all.set(current.id, { ...current, status, decisions: [...current.decisions, structuredClone(decision)] });
    },
    close,
  };
}
