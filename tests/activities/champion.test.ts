import { beforeEach, describe, expect, test } from 'vitest';

import { createChampionActivities } from '../../activities/champion.ts';
import type { ChampionDeps, ForecastRow } from '../../activities/champion.ts';
import { ArtifactCorrupt, ArtifactMissing, EvidenceStale, NotFound, ServiceUnavailable } from '../../contracts/failure.ts';
import type { Candidate, Decision, Proposal } from '../../contracts/governance.ts';
import { candidateOf, decisionOf, proposalOf } from '../adapters/contract/governance-fixtures.ts';
import { attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let aliases: Record<string, string>;
let candidate: Candidate;
let proposal: Proposal;
let decision: Decision;

const rows: readonly ForecastRow[] = [
  { series: 'A', ds: '2011-12-12', yHat: 4, quantiles: [1, 4, 9] },
  { series: 'A', ds: '2011-12-19', yHat: 5, quantiles: [2, 5, 9] },
  { series: 'B', ds: '2011-12-12', yHat: 0, quantiles: [0, 0, 3] },
];

beforeEach(async () => {
  given = surroundings(folder());
  aliases = {};
  const bytes = (text: string) => Buffer.from(`${text} of ${Math.random()}`);
  const model = await given.artifacts.publishBytes('models', bytes('model'), { mediaType: 'text/plain', extension: 'txt' });
  const fixture = candidateOf('shop', 'march');
  candidate = await given.database.candidates.register({
    ...fixture,
    recipe: { ...fixture.recipe, members: { lightgbm: { parameters: { num_leaves: 31 }, files: [model] } } },
    report: await given.artifacts.publishJson('reports', { wape: Math.random() }),
    forecasts: await given.artifacts.publishBytes('forecasts', bytes('forecasts'), { mediaType: 'text/plain', extension: 'parquet' }),
  });
  ({ proposal } = await given.database.proposals.open(proposalOf('shop', 'march')));
  decision = decisionOf(proposal, 'ana');
});

function activities(replaced: Partial<ChampionDeps> = {}) {
  return createChampionActivities({
    ...given.database,
    registry: { setAlias: async (_name, alias, version) => void (aliases[alias] = version) },
    artifacts: given.artifacts,
    readForecasts: async function* () {
      yield rows;
    },
    ...replaced,
  });
}

const verify = (of = proposal) => attempt(() => activities().verifyEvidence({ proposal: of }));
const at = '2026-03-03T09:00:00.000Z';
const promote = (replaced: Partial<ChampionDeps> = {}) => attempt(() => activities(replaced).promoteCandidate({ proposal, decision, at }));

describe('evidence', () => {
  const file = (what: 'model' | 'report' | 'forecasts') => (what === 'model' ? candidate.recipe.members['lightgbm']?.files[0] : candidate[what])?.uri ?? '';

  test('that is as it was proposed holds', async () => {
    await expect(verify()).resolves.toBeUndefined();
  });

  test('that differs from what is registered is stale', async () => {
    await expect(verify({ ...proposal, evidence: { ...proposal.evidence, metrics: 'other' } })).rejects.toThrow(EvidenceStale);
  });

  test('of a candidate that is not registered can not be looked at', async () => {
    await expect(verify({ ...proposal, candidate: 'f'.repeat(64) })).rejects.toThrow(NotFound);
    await expect(verify({ ...proposal, pipeline: 'other' })).rejects.toThrow(NotFound);
  });

  test.each(['model', 'report', 'forecasts'] as const)('whose %s was altered in the store does not hold', async (what) => {
    given.objects.set(file(what), Buffer.from('altered'));
    await expect(verify()).rejects.toThrow(ArtifactCorrupt);
  });

  test.each(['model', 'report', 'forecasts'] as const)('whose %s is gone from the store does not hold', async (what) => {
    given.objects.delete(file(what));
    await expect(verify()).rejects.toThrow(ArtifactMissing);
  });

  test('is read from the store, not from this worker’s good copy', async () => {
    await verify();
    given.objects.set(file('model'), Buffer.from('altered since'));
    await expect(verify()).rejects.toThrow(ArtifactCorrupt);
  });
});

describe('promoting a candidate', () => {
  async function everything(): Promise<unknown> {
    const { champions, forecasts, lineage, audit } = given.database;
    return {
      champion: await champions.at('shop'),
      served: await Promise.all(['A', 'B'].map((series) => forecasts.read({ pipeline: 'shop', series }))),
      lineage: await lineage.walk({ kind: 'forecast', id: 'shop/v1' }, 'up', 9),
      audit: (await audit.list()).map(({ action, actor, subject }) => [action, actor, subject]),
      aliases,
    };
  }

  test('serves its forecasts, names who decided and why, and moves the alias', async () => {
    expect(await promote()).toEqual({
      pipeline: 'shop', candidate: candidate.digest, version: 1, since: at, by: 'ana', reason: decision.reason, proposalId: proposal.id,
    });
    expect(await given.database.champions.at('shop')).toMatchObject({ version: 1, by: 'ana' });
    expect(await given.database.forecasts.read({ pipeline: 'shop', series: 'A' })).toEqual([
      { ds: '2011-12-12', yHat: 4, quantiles: { 0.1: 1, 0.5: 4, 0.9: 9 } },
      { ds: '2011-12-19', yHat: 5, quantiles: { 0.1: 2, 0.5: 5, 0.9: 9 } },
    ]);
    expect(aliases).toEqual({ champion: candidate.mlflowVersion });
  });

  test('leads from a forecast back to the proposal and the candidate', async () => {
    await promote();
    const up = await given.database.lineage.walk({ kind: 'forecast', id: 'shop/v1' }, 'up', 9);
    expect(up.map(({ input }) => input.kind)).toEqual(expect.arrayContaining(['champion', 'artifact', 'proposal', 'candidate']));
  });

  test('twice is once', async () => {
    await promote();
    const once = await everything();
    await promote();
    expect(await everything()).toEqual(once);
  });

  const killed = () => Promise.reject(new ServiceUnavailable('killed'));
  test.each<[string, () => Partial<ChampionDeps>]>([
    ['while forecasts are written', () => ({ readForecasts: async function* () { yield rows.slice(0, 1); await killed(); } })],
    ['before its lineage', () => ({ lineage: { addEdges: killed } })],
    ['before its row', () => ({ champions: { set: killed } })],
    ['before the alias', () => ({ registry: { setAlias: killed } })],
  ])('after an attempt that was killed %s leaves what an undisturbed one leaves', async (_, replaced) => {
    await expect(promote(replaced())).rejects.toThrow('killed');
    await promote();
    const { champion, served, audit, lineage } = (await everything()) as Record<string, unknown[]>;
    expect(champion).toMatchObject({ version: 1 });
    expect(served?.flat()).toHaveLength(3);
    expect(audit?.filter((row) => JSON.stringify(row).includes('promote'))).toHaveLength(1);
    expect(new Set(lineage?.map((edge) => JSON.stringify(edge))).size).toBe(lineage?.length);
    expect(aliases).toEqual({ champion: candidate.mlflowVersion });
  });

  test('serves nothing new before everything else is in place', async () => {
    await expect(promote({ champions: { set: killed } })).rejects.toThrow('killed');
    expect(await given.database.champions.at('shop')).toBeUndefined();
    expect(await given.database.forecasts.read({ pipeline: 'shop', series: 'A' })).toEqual([]);
    expect(aliases).toEqual({});
  });
});

describe('a decision', () => {
  test('is recorded once, whatever happens to the answer', async () => {
    for (let attempts = 0; attempts < 2; attempts += 1) await attempt(() => activities().recordDecision({ decision, status: 'approved', at }));
    expect((await given.database.proposals.get(proposal.id))?.decisions).toEqual([decision]);
    expect((await given.database.audit.list()).filter(({ action }) => action === 'approve')).toHaveLength(1);
    expect(await given.database.audit.verify()).toMatchObject({ ok: true });
  });

  test('nobody has taken closes its proposal once', async () => {
    const close = () => attempt(() => activities().closeProposal({ proposalId: proposal.id, status: 'expired', at, reason: 'nobody decided' }));
    await close();
    await close();
    expect((await given.database.proposals.get(proposal.id))?.status).toBe('expired');
    expect((await given.database.audit.list()).filter(({ action }) => action === 'expired')).toHaveLength(1);
  });
});
