import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';

import type { ChampionState } from '../../contracts/governance.ts';
import { workflowIds } from '../../contracts/runs.ts';
import { taskQueues } from '../../contracts/task-queues.ts';
import { waitFor } from '../support/stack.ts';
import { suggestContinueAsNewAfter, useChampion } from './champion-under-test.ts';
import { championFakes } from './fake-activities.ts';

// What the champion makes of outages, lost answers and long lives.

const { activities, championHandle, decide, openIds, pipeline, propose, proposal, stateOf, temporal, use } = useChampion();

describe('a proposal', () => {
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

  test('that is open in the database, though the champion workflow has never heard of it, can be decided when it is proposed again', async () => {
    const fakes = championFakes();
    use(fakes);
    const { proposal: earlier } = await fakes.storeProposal({ proposal: proposal(1) });
    const again = await temporal().gateway.propose({ ...proposal(1), id: 'p-later', runId: 'a later run' });
    expect(again).toEqual({ proposal: earlier, created: false });
    expect(await openIds()).toEqual(['p-1']);
    expect(await decide(earlier)).toMatchObject({ status: 'approved' });
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
    expect(activities().inputsOf('closeProposal')).toHaveLength(1);
  });

  test('whose closing fails in a way that no attempt mends keeps nobody from the next one', async () => {
    use({
      closeProposal: async () => {
        throw ApplicationFailure.nonRetryable('the table is another one', 'Bug');
      },
    });
    const stuck = await propose(1, { expiresAt: new Date(Date.now() + 300).toISOString() });
    await waitFor(() => (activities().inputsOf('closeProposal').length > 0 ? true : undefined));
    await expect(decide(stuck)).rejects.toThrow(/expired/);
    expect(await decide(await propose(2))).toMatchObject({ status: 'approved' });
    expect(activities().inputsOf('closeProposal')).toHaveLength(1);
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

test('a decision that arrives before anybody waits for it is taken', async () => {
  const open = proposal(1);
  const fakes = championFakes();
  await fakes.storeProposal({ proposal: open });
  use(fakes);
  await temporal().stopWorkers();
  try {
    const initial: ChampionState = { pipeline: pipeline(), open: [open] };
    await temporal().client.start('champion', { workflowId: workflowIds.champion(pipeline()), taskQueue: taskQueues.pipeline, args: [initial] });
    const answer = decide(open);
    await temporal().startWorkers();
    expect(await answer).toMatchObject({ status: 'approved' });
    expect((await stateOf()).champion?.version).toBe(1);
  } finally {
    await temporal().startWorkers();
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
