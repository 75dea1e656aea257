/** The parts of a proposal that rules look at. */
export interface DecidableProposal {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly proposedBy: string;
  readonly expiresAt: string;
  readonly evidence: Readonly<Record<string, string>> | object;
  readonly decisions: readonly { readonly actor: string }[];
}

export interface ProposedDecision {
  readonly proposalId: string;
  readonly actor: string;
  readonly reason: string;
  readonly evidence: object;
}

const sameEvidence = (a: object, b: object): boolean => {
  const text = (evidence: object) => JSON.stringify(Object.entries(evidence).sort(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
};

/**
 * Why a decision is refused, in one line that says what to do; undefined when it may be taken.
 * @param nowMs milliseconds since 1970-01-01
 */
export function decisionProblem(proposal: DecidableProposal | undefined, decision: ProposedDecision, nowMs: number): string | undefined {
  if (proposal?.status !== 'open') return `proposal ${decision.proposalId} is not open: it was decided, superseded or has expired. \`npx forecastle proposals list\` shows what can be decided.`;
  if (decision.reason.trim() === '') return 'a decision needs a reason: give --reason "…"';
  if (decision.actor.trim() === '') return 'a decision needs a name: give --as NAME';
  if (decision.actor === proposal.proposedBy) return `${decision.actor} proposed this candidate and can't decide on it: ask somebody else`;
  if (proposal.decisions.some(({ actor }) => actor === decision.actor)) return `${decision.actor} has decided on this proposal already: another person's decision is needed`;
  if (nowMs >= Date.parse(proposal.expiresAt)) return `the proposal expired at ${proposal.expiresAt}: run the pipeline again for a fresh one`;
  if (!sameEvidence(proposal.evidence, decision.evidence)) return `the evidence has changed since you saw it: look again with \`npx forecastle proposals show ${proposal.id}\``;
  return undefined;
}
