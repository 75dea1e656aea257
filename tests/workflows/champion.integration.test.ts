import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';

import { DecisionRefused, EvidenceStale } from '../../contracts/failure.ts';
import type { Decision, Proposal } from '../../contracts/governance.ts';
import { waitFor } from '../support/stack.ts';
import { useChampion } from './champion-under-test.ts';
import { evidence } from './fake-activities.ts';

const { activities, decide, openIds, pipeline, propose, proposal, stateOf, temporal, use } = useChampion();

describe('a decision is refused, and nothing is done,', () => {
  test.each<[string, Partial<Decision>, RegExp]>([
    ['without a reason', { reason: '  ' }, /needs a reason/],
    ['by the proposer', { actor: 'system:retrain' }, /can't decide/],
    ['on other evidence', { evidence: { ...evidence, candidate: 'another' } }, /evidence has changed/],
    ['on a proposal that is not there', { proposalId: 'p-9' }, /p-9 is not open/],
  ])('%s', async (_, more, message) => {
    const open = await propose(1);
    const refusal = decide(open, more);
    await expect(refusal).rejects.toThrow(DecisionRefused);
    await expect(refusal).rejects.toThrow(message);
    expect(activities().calls.map(({ name }) => name)).toEqual(['storeProposal']);
    expect(await openIds()).toEqual(['p-1']);
  });

  test('on a proposal that its gates have blocked', async () => {
    const blocked = await propose(1, { status: 'blocked' });
    await expect(decide(blocked)).rejects.toThrow(DecisionRefused);
    expect(await openIds()).toEqual([]);
  });

  test('when what was proposed has changed in the store; the proposal stays open', async () => {
    use({
      verifyEvidence: async () => {
        throw ApplicationFailure.nonRetryable('a model file was altered', 'EvidenceStale');
      },
    });
    const open = await propose(1);
    await expect(decide(open)).rejects.toThrow(EvidenceStale);
    expect(activities().inputsOf('recordDecision')).toEqual([]);
    expect(await openIds()).toEqual(['p-1']);
  });
});

describe('a proposal', () => {
  test('that is approved makes its candidate the champion, after its evidence was looked at again', async () => {
    const open = await propose(1);
    expect(await decide(open)).toMatchObject({ status: 'approved', missing: 0 });
    const names = activities().calls.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(['storeProposal', 'verifyEvidence']);
    expect(names.slice(2).sort()).toEqual(['promoteCandidate', 'recordDecision']);
    expect(activities().inputsOf('recordDecision')[0]).toMatchObject({ status: 'approved', decision: { actor: 'ana', reason: 'better' } });
    expect(await stateOf()).toMatchObject({ open: [], champion: { version: 1, by: 'ana', reason: 'better', proposalId: 'p-1' } });
  });

  test('that is rejected leaves production as it is', async () => {
    const open = await propose(1);
    expect(await decide(open, { verdict: 'reject' })).toMatchObject({ status: 'rejected' });
    expect(activities().inputsOf('recordDecision')[0]).toMatchObject({ status: 'rejected' });
    expect(activities().inputsOf('promoteCandidate')).toEqual([]);
    expect(await stateOf()).toEqual({ pipeline: pipeline(), open: [] });
    await expect(decide(open, { actor: 'bo' })).rejects.toThrow(DecisionRefused);
  });

  test('with a quorum of two waits for a second person', async () => {
    const open = await propose(1, { quorum: 2 });
    expect(await decide(open)).toMatchObject({ status: 'open', missing: 1, message: '1 more approval needed' });
    expect(activities().inputsOf('promoteCandidate')).toEqual([]);
    await expect(decide(open, { reason: 'still better' })).rejects.toThrow(/ana has decided on this proposal already/);
    expect(await decide(open, { actor: 'bo' })).toMatchObject({ status: 'approved', missing: 0 });
    expect(activities().inputsOf('recordDecision').map(({ status, decision: { actor } }) => [actor, status])).toEqual([['ana', 'open'], ['bo', 'approved']]);
  });

  test('with a quorum of two is closed by one rejection', async () => {
    const open = await propose(1, { quorum: 2 });
    await decide(open);
    expect(await decide(open, { actor: 'bo', verdict: 'reject' })).toMatchObject({ status: 'rejected' });
    expect(activities().inputsOf('promoteCandidate')).toEqual([]);
  });

  /** Both wait when the workers start, so that one workflow task brings them. */
  async function atOnce(open: Proposal): Promise<unknown[]> {
    await temporal().stopWorkers();
    const both = Promise.allSettled([decide(open), decide(open, { actor: 'bo' })]);
    await temporal().startWorkers();
    return (await both).map((answer) => (answer.status === 'fulfilled' ? answer.value.status : answer.reason instanceof DecisionRefused)).sort();
  }

  test('that two people decide on at once is decided once', async () => {
    const open = await propose(1);
    expect(await atOnce(open)).toEqual(['approved', true]);
    expect(activities().inputsOf('recordDecision')).toHaveLength(1);
    expect(activities().inputsOf('promoteCandidate')).toHaveLength(1);
  });

  test('with a quorum of two that two people approve at once has both', async () => {
    const open = await propose(1, { quorum: 2 });
    expect(await atOnce(open)).toEqual(['approved', 'open']);
    expect((await stateOf()).champion?.version).toBe(1);
  });

  test('that nobody decides on is closed when its time is over', async () => {
    const open = await propose(1, { expiresAt: new Date(Date.now() + 700).toISOString() });
    const [closed] = await waitFor(() => (activities().inputsOf('closeProposal').length > 0 ? activities().inputsOf('closeProposal') : undefined));
    expect(closed).toMatchObject({ proposalId: 'p-1', status: 'expired', reason: `nobody decided before ${open.expiresAt}` });
    await waitFor(async () => ((await openIds()).length === 0 ? true : undefined));
    await expect(decide(open)).rejects.toThrow(DecisionRefused);
  });

  test('takes the place of the older open one, which nobody can decide on any more', async () => {
    const older = await propose(1);
    const newer = await propose(2);
    expect(await openIds()).toEqual(['p-2']);
    await expect(decide(older)).rejects.toThrow(/p-1 is not open/);
    await decide(newer);
    expect((await stateOf()).champion?.version).toBe(2);
  });

  test('that is blocked as it was before leaves the open one of another candidate open', async () => {
    await propose(1, { status: 'blocked' });
    const open = await propose(2);
    expect(await temporal().gateway.propose({ ...proposal(1, { status: 'blocked' }), id: 'p-later', runId: 'a later run' })).toMatchObject({ created: false });
    expect(await openIds()).toEqual([open.id]);
  });

  test('of a candidate that was proposed before asks nobody twice', async () => {
    await decide(await propose(1));
    expect(await temporal().gateway.propose({ ...proposal(1), runId: 'a later run' })).toMatchObject({ created: false });
    expect(await openIds()).toEqual([]);
  });
});

test('each approved candidate is the champion until the next one is', async () => {
  for (const version of [1, 2, 3]) {
    await decide(await propose(version), { actor: `person-${version}` });
    expect((await stateOf()).champion).toMatchObject({ version, by: `person-${version}` });
  }
});
