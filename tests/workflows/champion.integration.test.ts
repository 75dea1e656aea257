import { randomUUID } from 'node:crypto';

import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { DecisionRefused, EvidenceStale } from '../../contracts/failure.ts';
import type { ChampionState, Decision, Proposal } from '../../contracts/governance.ts';
import { championMessages, workflowIds } from '../../contracts/runs.ts';
import { taskQueues } from '../../contracts/task-queues.ts';
import { waitFor } from '../support/stack.ts';
import { championFakes, evidence, type FakeActivities, fakeActivities } from './fake-activities.ts';
import { startTemporal, type TestTemporal } from './temporal-server.ts';

let temporal: TestTemporal;
let activities: FakeActivities;
/** A pipeline, and so a champion, of each test's own. */
let pipeline: string;

/** Events after which the server asks for a new run of the workflow. A decision takes about a dozen. */
const suggestContinueAsNewAfter = 120;

beforeAll(async () => {
  temporal = await startTemporal({ suggestContinueAsNewAfter });
  await temporal.startWorkers();
});
afterAll(() => temporal.stop());
beforeEach(() => {
  pipeline = `p-${randomUUID().slice(0, 8)}`;
  use({});
});

function use(replaced: Parameters<typeof fakeActivities>[0]): void {
  activities = fakeActivities(replaced);
  temporal.use(activities);
}

const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();

function proposal(version: number, more: Partial<Proposal> = {}): Proposal {
  const candidate = `candidate-${version}`;
  return {
    id: `p-${version}`, pipeline, candidate, version, runId: `run-${version}`, evidence: { ...evidence, candidate }, gates: [], status: 'open',
    proposedBy: 'system:retrain', proposedAt: hours(0), expiresAt: hours(72), quorum: 1, decisions: [], ...more,
  };
}

function decision(of: Proposal, more: Partial<Decision> = {}): Decision {
  return { proposalId: of.id, verdict: 'approve', reason: 'better', actor: 'ana', evidence: of.evidence, ...more };
}

const championHandle = () => temporal.client.getHandle(workflowIds.champion(pipeline));
const stateOf = (): Promise<ChampionState> => championHandle().query<ChampionState>(championMessages.state);
const openIds = async (): Promise<string[]> => (await stateOf()).open.map(({ id }) => id);

async function propose(version: number, more: Partial<Proposal> = {}): Promise<Proposal> {
  return (await temporal.gateway.propose(proposal(version, more))).proposal;
}
const decide = (of: Proposal, more: Partial<Decision> = {}) => temporal.gateway.decide(pipeline, decision(of, more));

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
    expect(activities.calls.map(({ name }) => name)).toEqual(['storeProposal']);
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
    expect(activities.inputsOf('recordDecision')).toEqual([]);
    expect(await openIds()).toEqual(['p-1']);
  });
});

describe('a proposal', () => {
  test('that is approved makes its candidate the champion, after its evidence was looked at again', async () => {
    const open = await propose(1);
    expect(await decide(open)).toMatchObject({ status: 'approved', missing: 0 });
    const names = activities.calls.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(['storeProposal', 'verifyEvidence']);
    expect(names.slice(2).sort()).toEqual(['promoteCandidate', 'recordDecision']);
    expect(activities.inputsOf('recordDecision')[0]).toMatchObject({ status: 'approved', decision: { actor: 'ana', reason: 'better' } });
    expect(await stateOf()).toMatchObject({ open: [], champion: { version: 1, by: 'ana', reason: 'better', proposalId: 'p-1' } });
  });

  test('that is rejected leaves production as it is', async () => {
    const open = await propose(1);
    expect(await decide(open, { verdict: 'reject' })).toMatchObject({ status: 'rejected' });
    expect(activities.inputsOf('recordDecision')[0]).toMatchObject({ status: 'rejected' });
    expect(activities.inputsOf('promoteCandidate')).toEqual([]);
    expect(await stateOf()).toEqual({ pipeline, open: [] });
    await expect(decide(open, { actor: 'bo' })).rejects.toThrow(DecisionRefused);
  });

  test('with a quorum of two waits for a second person', async () => {
    const open = await propose(1, { quorum: 2 });
    expect(await decide(open)).toMatchObject({ status: 'open', missing: 1, message: '1 more approval needed' });
    expect(activities.inputsOf('promoteCandidate')).toEqual([]);
    await expect(decide(open, { reason: 'still better' })).rejects.toThrow(/ana has decided on this proposal already/);
    expect(await decide(open, { actor: 'bo' })).toMatchObject({ status: 'approved', missing: 0 });
    expect(activities.inputsOf('recordDecision').map(({ status, decision: { actor } }) => [actor, status])).toEqual([['ana', 'open'], ['bo', 'approved']]);
  });

  test('with a quorum of two is closed by one rejection', async () => {
    const open = await propose(1, { quorum: 2 });
    await decide(open);
    expect(await decide(open, { actor: 'bo', verdict: 'reject' })).toMatchObject({ status: 'rejected' });
    expect(activities.inputsOf('promoteCandidate')).toEqual([]);
  });

  /** Both wait when the workers start, so that one workflow task brings them. */
  async function atOnce(open: Proposal): Promise<unknown[]> {
    await temporal.stopWorkers();
    const both = Promise.allSettled([decide(open), decide(open, { actor: 'bo' })]);
    await temporal.startWorkers();
    return (await both).map((answer) => (answer.status === 'fulfilled' ? answer.value.status : answer.reason instanceof DecisionRefused)).sort();
  }

  test('that two people decide on at once is decided once', async () => {
    const open = await propose(1);
    expect(await atOnce(open)).toEqual(['approved', true]);
    expect(activities.inputsOf('recordDecision')).toHaveLength(1);
    expect(activities.inputsOf('promoteCandidate')).toHaveLength(1);
  });

  test('with a quorum of two that two people approve at once has both', async () => {
    const open = await propose(1, { quorum: 2 });
    expect(await atOnce(open)).toEqual(['approved', 'open']);
    expect((await stateOf()).champion?.version).toBe(1);
  });

  test('whose promotion fails stays open, and the same person may approve it again', async () => {
    let promotions = 0;
    const { promoteCandidate } = championFakes();
    use({
      promoteCandidate: (input) => {
        promotions += 1;
        if (promotions === 1) throw ApplicationFailure.nonRetryable('a forecast file was altered', 'ArtifactCorrupt');
        return promoteCandidate(input);
      },
    });
    const open = await propose(1);
    await expect(decide(open)).rejects.toThrow('a forecast file was altered');
    expect(await stateOf()).toMatchObject({ open: [{ id: 'p-1', decisions: [] }] });
    expect(await decide(open, { reason: 'the file is restored' })).toMatchObject({ status: 'approved' });
    expect((await stateOf()).champion?.reason).toBe('the file is restored');
  });

  test('whose promotion failed is approved by the same request, sent again once the cause is gone', async () => {
    let promotions = 0;
    const { promoteCandidate } = championFakes();
    use({
      promoteCandidate: (input) => {
        promotions += 1;
        if (promotions <= 2) throw ApplicationFailure.nonRetryable('a forecast file was altered', 'ArtifactCorrupt');
        return promoteCandidate(input);
      },
    });
    const open = await propose(1);
    await expect(decide(open)).rejects.toThrow('a forecast file was altered');
    await expect(decide(open)).rejects.toThrow('a forecast file was altered');
    const approved = await decide(open);
    expect(approved).toMatchObject({ status: 'approved' });
    expect(await decide(open)).toEqual(approved);
    expect(promotions).toBe(3);
  });

  test('whose answer from the database was lost is open all the same', async () => {
    let attempts = 0;
    const { storeProposal } = championFakes();
    use({
      storeProposal: async (input) => {
        attempts += 1;
        const stored = await storeProposal(input);
        if (attempts === 1) throw new Error('the worker was killed before it could answer');
        return stored;
      },
    });
    await propose(1);
    expect(await openIds()).toEqual(['p-1']);
  });

  test('that nobody decides on is closed when its time is over', async () => {
    const open = await propose(1, { expiresAt: new Date(Date.now() + 700).toISOString() });
    const [closed] = await waitFor(() => (activities.inputsOf('closeProposal').length > 0 ? activities.inputsOf('closeProposal') : undefined));
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

  test('that is open in the database, though the champion workflow has never heard of it, can be decided when it is proposed again', async () => {
    const fakes = championFakes();
    use(fakes);
    const { proposal: earlier } = await fakes.storeProposal({ proposal: proposal(1) });
    const again = await temporal.gateway.propose({ ...proposal(1), id: 'p-later', runId: 'a later run' });
    expect(again).toEqual({ proposal: earlier, created: false });
    expect(await openIds()).toEqual(['p-1']);
    expect(await decide(earlier)).toMatchObject({ status: 'approved' });
  });

  test('that is blocked as it was before leaves the open one of another candidate open', async () => {
    await propose(1, { status: 'blocked' });
    const open = await propose(2);
    expect(await temporal.gateway.propose({ ...proposal(1, { status: 'blocked' }), id: 'p-later', runId: 'a later run' })).toMatchObject({ created: false });
    expect(await openIds()).toEqual([open.id]);
  });

  test('that expires while the database knows nothing of it is forgotten, and the champion lives on', async () => {
    use({
      closeProposal: async ({ proposalId }) => {
        throw ApplicationFailure.nonRetryable(`no proposal ${proposalId}`, 'NotFound');
      },
    });
    await propose(1, { expiresAt: new Date(Date.now() + 300).toISOString() });
    await waitFor(async () => ((await openIds()).length === 0 ? true : undefined));
    expect(await decide(await propose(2))).toMatchObject({ status: 'approved' });
    expect(activities.inputsOf('closeProposal')).toHaveLength(1);
  });

  test('whose closing fails in a way that no attempt mends keeps nobody from the next one', async () => {
    use({
      closeProposal: async () => {
        throw ApplicationFailure.nonRetryable('the table is another one', 'Bug');
      },
    });
    const stuck = await propose(1, { expiresAt: new Date(Date.now() + 300).toISOString() });
    await waitFor(() => (activities.inputsOf('closeProposal').length > 0 ? true : undefined));
    await expect(decide(stuck)).rejects.toThrow(/expired/);
    expect(await decide(await propose(2))).toMatchObject({ status: 'approved' });
    expect(activities.inputsOf('closeProposal')).toHaveLength(1);
  });

  test('of a candidate that was proposed before asks nobody twice', async () => {
    await decide(await propose(1));
    expect(await temporal.gateway.propose({ ...proposal(1), runId: 'a later run' })).toMatchObject({ created: false });
    expect(await openIds()).toEqual([]);
  });
});

test('what the champion does is tried again without end, and often enough to be there soon after an outage', async () => {
  await decide(await propose(1));
  const { events } = await championHandle().fetchHistory();
  const policies = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.retryPolicy ?? []);
  expect(policies).toHaveLength(4);
  // 0 is Temporal's word for: as often as it takes.
  for (const { maximumAttempts, maximumInterval } of policies) expect([maximumAttempts, Number(maximumInterval?.seconds)]).toEqual([0, 20]);
});

test('each approved candidate is the champion until the next one is', async () => {
  for (const version of [1, 2, 3]) {
    await decide(await propose(version), { actor: `person-${version}` });
    expect((await stateOf()).champion).toMatchObject({ version, by: `person-${version}` });
  }
});

test('a decision that arrives before anybody waits for it is taken', async () => {
  const open = proposal(1);
  const fakes = championFakes();
  await fakes.storeProposal({ proposal: open });
  use(fakes);
  await temporal.stopWorkers();
  try {
    const initial: ChampionState = { pipeline, open: [open] };
    await temporal.client.start('champion', { workflowId: workflowIds.champion(pipeline), taskQueue: taskQueues.pipeline, args: [initial] });
    const answer = decide(open);
    await temporal.startWorkers();
    expect(await answer).toMatchObject({ status: 'approved' });
    expect((await stateOf()).champion?.version).toBe(1);
  } finally {
    await temporal.startWorkers();
  }
});

test('a history that grows long goes on in a new run with its champion and its open proposals', async () => {
  await decide(await propose(1));
  const { runId: first } = await championHandle().describe();
  let version = 1;
  await waitFor(async () => {
    version += 1;
    await propose(version, { quorum: 2 });
    await decide(proposal(version));
    return (await championHandle().describe()).runId === first ? undefined : true;
  });
  const state = await stateOf();
  expect(state.champion).toMatchObject({ version: 1, by: 'ana' });
  expect(state.open).toMatchObject([{ id: `p-${version}`, decisions: [{ actor: 'ana' }] }]);
  expect(await decide(proposal(version), { actor: 'bo' })).toMatchObject({ status: 'approved' });
  expect(version).toBeLessThan(suggestContinueAsNewAfter / 5);
});
