import { describe, expect, test } from 'vitest';
import { type DecidableProposal, decisionProblem, type ProposedDecision } from '../../domain/decision-rules.ts';

const evidence = { candidate: 'c', snapshot: 's', metrics: 'm', pipeline: 'p', code: 'k' };
const proposal: DecidableProposal = {
  id: 'p-1', version: 3, status: 'open', proposedBy: 'system:retrain', expiresAt: '2025-11-27T08:00:00.000Z', evidence, decisions: [{ actor: 'bo' }],
};
const decision: ProposedDecision = { proposalId: 'p-1', actor: 'ana', reason: 'better on every category', evidence };
const before = Date.parse('2025-11-27T07:59:59.999Z');

const problem = (changed: Partial<ProposedDecision>, of: Partial<DecidableProposal> = {}, now = before): string | undefined =>
  decisionProblem({ ...proposal, ...of }, { ...decision, ...changed }, now);

test('somebody else, with a reason and the evidence as it is, may decide while the proposal is open', () => {
  expect(problem({})).toBeUndefined();
});

test('the evidence may come with its digests in any order', () => {
  const turned = Object.fromEntries(Object.entries(evidence).reverse());
  expect(problem({ evidence: turned })).toBeUndefined();
});

describe('a decision is refused, with what to do,', () => {
  test.each<[string, RegExp, () => string | undefined]>([
    ['on a proposal that is not there', /proposal p-9 is not open.*proposals list/, () => decisionProblem(undefined, { ...decision, proposalId: 'p-9' }, before)],
    ['without a reason', /needs a reason: give --reason/, () => problem({ reason: '' })],
    ['with a reason of blanks', /needs a reason/, () => problem({ reason: ' \t\n' })],
    ['without a name', /needs a name: give --as/, () => problem({ actor: ' ' })],
    ['by whoever proposed the candidate', /system:retrain proposed this candidate and can't decide/, () => problem({ actor: 'system:retrain' })],
    ['by one person twice', /bo has decided on this proposal already/, () => problem({ actor: 'bo' })],
    ['at the moment of expiry', /expired at 2025-11-27T08:00:00.000Z: run the pipeline again/, () => problem({}, {}, before + 1)],
  ])('%s', (_, message, refused) => {
    expect(refused()).toMatch(message);
    expect(refused()?.split('\n')).toHaveLength(1);
  });

  test.each(['approved', 'rejected', 'expired', 'superseded', 'blocked'])('on a proposal that is %s', (status) => {
    expect(problem({}, { status })).toMatch(/proposal p-1 is not open/);
  });

  test.each(Object.keys(evidence))('when the digest of the %s is another one', (name) => {
    expect(problem({ evidence: { ...evidence, [name]: 'other' } })).toMatch(/evidence has changed since you saw it.*proposals show p-1/);
  });

  test('when a digest is missing or there is one too many', () => {
    const { code: _, ...fewer } = evidence;
    expect(problem({ evidence: fewer })).toMatch(/evidence has changed/);
    expect(problem({ evidence: { ...evidence, extra: 'x' } })).toMatch(/evidence has changed/);
    expect(problem({ evidence: {} })).toMatch(/evidence has changed/);
  });
});
