import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach } from 'vitest';

import type { ChampionState, Decision, Proposal } from '../../contracts/governance.ts';
import { championMessages, workflowIds } from '../../contracts/runs.ts';
import { evidence, type FakeActivities, fakeActivities } from './fake-activities.ts';
import { startTemporal, type TestTemporal } from './temporal-server.ts';

/** Events after which the server asks for a new run of the workflow. A decision takes about a dozen. */
export const suggestContinueAsNewAfter = 120;

const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();

/** Champion workflows over faked activities: a pipeline, and so a champion, of each test's own, on one server for the test file. */
export function useChampion() {
  let server: TestTemporal | undefined;
  let activities: FakeActivities = fakeActivities({});
  let pipeline = '';
  const temporal = (): TestTemporal => {
    if (server === undefined) throw new Error('used before beforeAll');
    return server;
  };

  beforeAll(async () => {
    server = await startTemporal({ suggestContinueAsNewAfter });
    await server.startWorkers();
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    pipeline = `p-${randomUUID().slice(0, 8)}`;
    use({});
  });

  /** Replaces activities for the rest of the test. */
  function use(replaced: Parameters<typeof fakeActivities>[0]): void {
    activities = fakeActivities(replaced);
    temporal().use(activities);
  }

  function proposal(version: number, more: Partial<Proposal> = {}): Proposal {
    const candidate = `candidate-${version}`;
    return {
      id: `p-${version}`, pipeline, candidate, version, runId: `run-${version}`, evidence: { ...evidence, candidate }, gates: [], status: 'open',
      proposedBy: 'system:retrain', proposedAt: hours(0), expiresAt: hours(72), quorum: 1, decisions: [], ...more,
    };
  }

  const championHandle = () => temporal().client.getHandle(workflowIds.champion(pipeline));
  const stateOf = (): Promise<ChampionState> => championHandle().query<ChampionState>(championMessages.state);
  return {
    temporal, use, proposal, championHandle, stateOf,
    pipeline: () => pipeline,
    activities: () => activities,
    openIds: async (): Promise<string[]> => (await stateOf()).open.map(({ id }) => id),
    propose: async (version: number, more: Partial<Proposal> = {}): Promise<Proposal> => (await temporal().gateway.propose(proposal(version, more))).proposal,
    decide: (of: Proposal, more: Partial<Decision> = {}) =>
      temporal().gateway.decide(pipeline, { proposalId: of.id, verdict: 'approve', reason: 'better', actor: 'ana', evidence: of.evidence, ...more }),
  };
}
