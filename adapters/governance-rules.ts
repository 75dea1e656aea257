import { Conflict, DecisionRefused, NotFound } from '../contracts/failure.ts';
import type { Champion, Decision, Proposal } from '../contracts/governance.ts';
import { canonicalJson } from './canonical-json.ts';
import type { AuditEntry } from './audit-chain.ts';

// What may be stored after what; the last line of defence behind the champion workflow. Shared by PostgreSQL and its memory twin.

export function noSuchProposal(id: string): NotFound {
  return new NotFound(`no proposal ${id}: \`npx forecastle proposals list\` shows the proposals there are`);
}

/**
 * The stored proposal that answers a new one of the same candidate, if any: what was decided stays decided, and what waits or is blocked
 * stays so for the same gates, evidence and quorum. One that expired or was superseded answers for nothing, and neither does a blocked one
 * while people are asked about the candidate on other grounds.
 * @param earlier proposals of the pipeline
 */
export function standing(earlier: readonly Proposal[], proposal: Proposal): Proposal | undefined {
  const own = earlier.filter(({ candidate }) => candidate === proposal.candidate);
  const settled =
    own.find(({ id }) => id === proposal.id) ??
    own.find(({ status }) => status === 'approved' || status === 'rejected');
  if (settled !== undefined) return settled;
  const open = own.find(({ status }) => status === 'open');
  if (open !== undefined) return isStillGood(open, proposal) ? open : undefined;
  return own.find((stored) => stored.status === 'blocked' && asksTheSame(stored, proposal));
}

function isStillGood(open: Proposal, proposal: Proposal): boolean {
  return asksTheSame(open, proposal) && Date.parse(open.expiresAt) > Date.parse(proposal.proposedAt);
}

function asksTheSame(a: Proposal, b: Proposal): boolean {
  const question = ({ gates, evidence, quorum }: Proposal): string => canonicalJson({ gates, evidence, quorum });
  return question(a) === question(b);
}

/**
 * Whether this decision is stored already. On a closed proposal the same verdict of the same person counts as that, whatever the words: a
 * promotion that failed after its approval was stored is taken up again so.
 * @throws DecisionRefused when the proposal is closed, or the person has decided otherwise
 */
export function isRepeated({ id, status, decisions }: Proposal, { actor, verdict, reason }: Decision): boolean {
  const own = decisions.find((made) => made.actor === actor);
  if (own?.verdict === verdict && (own.reason === reason || status !== 'open')) return true;
  if (status !== 'open') {
    throw new DecisionRefused(
      `proposal ${id} is ${status} and takes no more decisions: \`npx forecastle proposals list\` shows what can be decided`,
    );
  }
  if (own !== undefined) {
    throw new DecisionRefused(`${actor} has decided on proposal ${id} already: another person's decision is needed`);
  }
  return false;
}

/** @throws Conflict unless the new champion's time begins after the former one's */
export function expectLater(former: Champion | undefined, { pipeline, version, since }: Champion): void {
  if (former === undefined || Date.parse(since) > Date.parse(former.since)) return;
  throw new Conflict(
    `version ${version} can't be the champion of ${pipeline} since ${since}: version ${former.version} has been it since ${former.since}. ` +
      'Is the clock of a server wrong?',
  );
}

export function promotionOf({
  pipeline,
  candidate,
  version,
  since,
  by,
  reason,
  proposalId,
}: Champion): AuditEntry & { readonly at: string } {
  return {
    at: since,
    actor: by,
    action: 'promote',
    subject: proposalId,
    reason,
    detail: { pipeline, version, candidate },
  };
}
