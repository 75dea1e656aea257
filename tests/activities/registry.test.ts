import { beforeEach, describe, expect, test } from 'vitest';

import { createRegistryActivities } from '../../activities/registry.ts';
import type { RegistryDeps } from '../../activities/registry.ts';
import { ServiceUnavailable } from '../../contracts/failure.ts';
import type { Candidate, Proposal, ProposeInput, RegisterInput } from '../../contracts/governance.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { TrialRecord } from '../../contracts/modelling.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import { artifact, championOf, metricRow, snapshotOf } from '../adapters/contract/governance-fixtures.ts';
import { createFakeExperiments } from './fake-experiments.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let experiments: ReturnType<typeof createFakeExperiments>;
let trials: ArtifactRef;
const proposed: Proposal[] = [];

const trialRecords: readonly TrialRecord[] = [
  { number: 0, parameters: { num_leaves: 31 }, folds: [0.5, 0.6], state: 'complete', value: 0.55 },
  { number: 1, parameters: { num_leaves: 7 }, folds: [0.9], state: 'pruned' },
];

beforeEach(async () => {
  given = surroundings(folder());
  experiments = createFakeExperiments();
  proposed.length = 0;
  trials = await given.artifacts.publishJson('reports', { family: 'lightgbm', trials: trialRecords });
});

function registry(replaced: Partial<RegistryDeps> = {}) {
  return createRegistryActivities({
    ...given.database,
    gateway: {
      propose: async (proposal) => {
        proposed.push(proposal);
        return given.database.proposals.open(proposal);
      },
    },
    experiments,
    artifacts: given.artifacts,
    steps: given.steps,
    codeVersion: given.codeVersion,
    now: () => new Date('2026-03-02T05:00:00.000Z'),
    ...replaced,
  });
}

const pipeline = pipelineSchema.parse({
  name: 'shop', task: 'forecast', frequency: 'week', horizon: 4, sources: { sales: { uri: './sales.csv', columns: { series: 'sku', time: 'day', target: 'units' } } },
});

function registerInput(more: Partial<RegisterInput> = {}): RegisterInput {
  return {
    context: at('register'),
    snapshot: snapshotOf('march'),
    recipe: { members: { lightgbm: { parameters: { num_leaves: 31 }, files: [artifact('models', 'model', 'txt')] } }, weights: { lightgbm: 1 }, level: 1.05, seed: 7, quantiles: [0.1, 0.5, 0.9] },
    evaluation: { report: artifact('reports', 'report'), rows: [metricRow], forecasts: artifact('forecasts', 'forecasts', 'parquet'), forecastSeries: 3 },
    pipelineSpec: pipeline,
    trials: [{ family: 'lightgbm', trials }],
    ...more,
  };
}

const register = (input = registerInput(), deps: Partial<RegistryDeps> = {}) => attempt(() => registry(deps).registerCandidate(input));
/** What the memory database knows; every stage of registration leaves its part. */
async function everything(): Promise<unknown> {
  const candidates = await given.database.candidates.list('shop');
  const edges = await given.database.lineage.walk({ kind: 'candidate', id: candidates[0]?.digest ?? '' }, 'up', 9);
  return { candidates, edges, tracked: experiments.contents() };
}

describe('registering a candidate', () => {
  test('gives it the next version, its evidence, a run with its trials, a model version and the alias', async () => {
    const registered = await register();
    expect(registered).toMatchObject({ version: 1, evidence: { candidate: registered.candidate, snapshot: snapshotOf('march').digest, metrics: artifact('reports', 'report').sha256 } });
    const { runs, versions, aliases } = experiments.contents();
    expect(Object.values(runs).map(({ name, parent, status, metrics }) => ({ name, nested: parent !== undefined, status, metrics: metrics.length }))).toEqual([
      { name: `candidate ${registered.candidate.slice(0, 12)}`, nested: false, status: 'FINISHED', metrics: 7 },
      { name: 'lightgbm trial 0', nested: true, status: 'FINISHED', metrics: 3 },
      { name: 'lightgbm trial 1', nested: true, status: 'FINISHED', metrics: 1 },
    ]);
    expect(Object.keys(versions)).toEqual([registered.candidate]);
    expect(aliases).toEqual({ candidate: registered.mlflowVersion });
  });

  test('leads from the candidate back to the source file', async () => {
    const { candidate } = await register();
    const up = await given.database.lineage.walk({ kind: 'candidate', id: candidate }, 'up', 9);
    const inputs = up.map(({ input }) => `${input.kind} ${input.id}`);
    expect(inputs).toEqual(expect.arrayContaining([
      `artifact ${artifact('models', 'model', 'txt').sha256}`, 'run run-1', `snapshot ${snapshotOf('march').digest}`,
      `source ./data/sales.csv#sha256=${snapshotOf('march').sources[0]?.sha256 ?? ''}`,
    ]));
  });

  test('again, in another run, changes nothing and is said to be cached', async () => {
    const first = await register();
    const before = await everything();
    expect(await register(registerInput({ context: at('register', 'run-2') }))).toEqual(first);
    expect(await everything()).toEqual(before);
    expect((await given.database.steps.list('run-2'))[0]).toMatchObject({ status: 'cached', note: expect.stringContaining('version 1') });
  });

  describe('that was measured otherwise', () => {
    const better = { ...metricRow, wape: 0.5 };
    const measured = (runId: string) => registerInput({
      context: at('register', runId),
      evaluation: { report: artifact('reports', 'report on more series'), rows: [better], forecasts: artifact('forecasts', 'more forecasts', 'parquet'), forecastSeries: 4 },
      pipelineSpec: { ...pipeline, cleaning: { ...pipeline.cleaning, minHistory: pipeline.cleaning.minHistory + 1 } },
    });

    test('keeps its version and takes the new evidence, report, metrics and forecasts', async () => {
      const first = await register();
      const again = await register(measured('run-2'));
      expect([again.candidate, again.version, again.mlflowRunId, again.mlflowVersion]).toEqual([first.candidate, 1, first.mlflowRunId, first.mlflowVersion]);
      expect(again.evidence).toMatchObject({ candidate: first.candidate, metrics: artifact('reports', 'report on more series').sha256 });
      expect(again.evidence.pipeline).not.toBe(first.evidence.pipeline);
      const { evaluation: { report, rows, forecasts } } = measured('run-2');
      expect(await given.database.candidates.list('shop')).toMatchObject([{ runId: 'run-1', evidence: again.evidence, report, metrics: rows, forecasts }]);
      expect((await given.database.steps.list('run-2'))[0]).toMatchObject({ status: 'done' });
    });

    test('shows what was measured last in its one run in MLflow, and leads back to both runs', async () => {
      const { candidate } = await register();
      const before = Object.keys(experiments.contents().runs);
      const logged: unknown[] = [];
      const logBatch: typeof experiments.logBatch = async (runId, batch) => void logged.push([runId, batch.metrics.find(({ key }) => key === 'ensemble.test.wape')?.value]);
      await register(measured('run-2'), { experiments: { ...experiments, logBatch } });
      const { runs, versions } = experiments.contents();
      expect([Object.keys(runs), Object.keys(versions)]).toEqual([before, [candidate]]);
      expect(logged).toEqual([[before[0], 0.5]]);
      const up = await given.database.lineage.walk({ kind: 'candidate', id: candidate }, 'up', 9);
      expect(up.map(({ input: { id } }) => id)).toEqual(expect.arrayContaining(['run-1', 'run-2', artifact('reports', 'report on more series').sha256]));
    });

    test.each<[string, (killed: () => Promise<never>) => Partial<RegistryDeps>]>([
      ['before its edges', (killed) => ({ lineage: { addEdges: killed } })],
      ['before its row', (killed) => ({ candidates: { ...given.database.candidates, register: killed } })],
    ])('by an attempt that was killed %s is as its repetition leaves it', async (_, replaced) => {
      await register();
      const killed = () => Promise.reject(new ServiceUnavailable('killed'));
      await expect(register(measured('run-2'), replaced(killed))).rejects.toThrow('killed');
      const { candidate } = await register(measured('run-2'));
      const up = await given.database.lineage.walk({ kind: 'candidate', id: candidate }, 'up', 9);
      expect(up.map(({ input: { id } }) => id)).toContain('run-2');
      expect(await given.database.candidates.list('shop')).toMatchObject([{ metrics: [better] }]);
    });
  });

  test.each<[string, (input: RegisterInput) => RegisterInput]>([
    ['other model bytes', (input) => ({ ...input, recipe: { ...input.recipe, members: { lightgbm: { parameters: { num_leaves: 31 }, files: [artifact('models', 'other', 'txt')] } } } })],
    ['other parameters', (input) => ({ ...input, recipe: { ...input.recipe, members: { lightgbm: { parameters: { num_leaves: 15 }, files: [artifact('models', 'model', 'txt')] } } } })],
    ['other weights', (input) => ({ ...input, recipe: { ...input.recipe, weights: { lightgbm: 0.98 } } })],
    ['another level', (input) => ({ ...input, recipe: { ...input.recipe, level: 1 } })],
    ['a hierarchy', (input) => ({ ...input, recipe: { ...input.recipe, hierarchy: { levels: ['total'], method: 'bottom-up', files: [], weights: { lightgbm: 1 }, level: 1 } } })],
    ['another seed', (input) => ({ ...input, recipe: { ...input.recipe, seed: 8 } })],
    ['other data', (input) => ({ ...input, snapshot: snapshotOf('april') })],
  ])('with %s is another candidate', async (_, change) => {
    const first = await register();
    const second = await register(change(registerInput()));
    expect(second.candidate).not.toBe(first.candidate);
    expect(second.version).toBe(2);
  });

  test('after the code of a step has changed is another candidate', async () => {
    const first = await register();
    given.versions.set('clean', 'v2');
    const second = await register();
    expect([second.version, second.candidate === first.candidate, second.evidence.code === first.evidence.code]).toEqual([2, false, false]);
  });

  test('in another run, at another time, from another bucket is the same candidate', async () => {
    const first = await register();
    const moved = JSON.parse(JSON.stringify(registerInput({ context: at('register', 'run-9') })).replaceAll('s3://bucket/', 's3://elsewhere/')) as RegisterInput;
    expect((await register(moved, { now: () => new Date(0) })).candidate).toBe(first.candidate);
  });
});

describe('an attempt that is killed', () => {
  const killed = new ServiceUnavailable('killed');
  const stages: readonly [string, () => Partial<RegistryDeps>][] = [
    ['before anything', () => ({ candidates: { ...given.database.candidates, find: () => Promise.reject(killed) } })],
    ['inside the tracking, after the trials', () => ({ experiments: { ...experiments, ensureModel: () => Promise.reject(killed) } })],
    ['after the model version', () => ({ experiments: { ...experiments, setAlias: () => Promise.reject(killed) } })],
    ['before the candidate was stored', () => ({ candidates: { ...given.database.candidates, register: () => Promise.reject(killed) } })],
  ];

  async function undisturbed(): Promise<unknown> {
    await register();
    const whole = await everything();
    given = surroundings(folder());
    experiments = createFakeExperiments();
    trials = await given.artifacts.publishJson('reports', { family: 'lightgbm', trials: trialRecords });
    return whole;
  }

  test.each(stages)('%s leaves nothing that its repetition would not', async (_, stage) => {
    const whole = await undisturbed();
    await expect(register(registerInput(), stage())).rejects.toThrow('killed');
    await register();
    expect(await everything()).toEqual(whole);
  });

  test('after the candidate was stored leaves nothing that its repetition would not', async () => {
    const whole = await undisturbed();
    const candidates = {
      ...given.database.candidates,
      register: async (candidate: Omit<Candidate, 'version'>): Promise<Candidate> => {
        await given.database.candidates.register(candidate);
        throw killed;
      },
    };
    await expect(register(registerInput(), { candidates })).rejects.toThrow('killed');
    await register();
    expect(await everything()).toEqual(whole);
  });
});

describe('proposing a candidate', () => {
  const propose = async (more: Partial<ProposeInput> = {}) => {
    const registered = await register();
    const input: ProposeInput = {
      context: at('propose'), registered, gates: [{ rule: 'bias-within', limit: 0.3 }], metrics: [metricRow], approvals: { quorum: 2, expiresHours: 72 },
      proposedBy: 'system:retrain', now: '2026-03-02T04:00:00.000Z', ...more,
    };
    return attempt(() => registry().proposeCandidate(input));
  };

  test('asks for a decision on exactly this evidence, until it expires', async () => {
    const { proposal, created } = await propose();
    expect(created).toBe(true);
    expect(proposal).toMatchObject({
      id: expect.stringMatching(/^p-[0-9a-f]{12}$/), status: 'open', version: 1, quorum: 2, proposedBy: 'system:retrain', decisions: [],
      proposedAt: '2026-03-02T04:00:00.000Z', expiresAt: '2026-03-05T04:00:00.000Z', evidence: { candidate: proposal.candidate },
    });
    expect(proposed).toHaveLength(1);
  });

  test('is blocked by a gate that does not hold, and says why', async () => {
    const { proposal } = await propose({ gates: [{ rule: 'bias-within', limit: 0.01 }, { rule: 'bias-within', limit: 0.5 }] });
    expect(proposal.status).toBe('blocked');
    expect(proposal.gates.map(({ holds }) => holds)).toEqual([false, true]);
    expect((await given.database.steps.list('run-1')).at(-1)?.note).toBe(`${proposal.id} is blocked`);
  });

  test('that was measured otherwise asks for a decision on what was measured, in place of the open one', async () => {
    const first = await propose();
    const report = artifact('reports', 'another report');
    const registered = await register(registerInput({ context: at('register', 'run-2'), evaluation: { ...registerInput().evaluation, report } }));
    const second = await propose({ context: at('propose', 'run-2'), registered });
    expect(second).toMatchObject({ created: true, proposal: { version: 1, status: 'open', evidence: { metrics: report.sha256 } } });
    expect((await given.database.proposals.get(first.proposal.id))?.status).toBe('superseded');
  });

  test('unchanged, in another run, creates nothing', async () => {
    const first = await propose();
    const registered = await register(registerInput({ context: at('register', 'run-2') }));
    expect(await propose({ context: at('propose', 'run-2'), registered, now: '2026-03-02T09:00:00.000Z' })).toEqual({ proposal: first.proposal, created: false });
  });

  test('twice asks nobody twice', async () => {
    const first = await propose();
    expect(await propose()).toEqual({ proposal: first.proposal, created: false });
    expect((await given.database.steps.list('run-1')).find(({ step }) => step === 'propose')?.status).toBe('cached');
  });
});

describe('the current champion', () => {
  test('is nobody at first, then the promoted candidate with its recipe', async () => {
    expect(await registry().currentChampion({ pipeline: 'shop' })).toEqual({});
    const { candidate } = await register();
    await given.database.champions.set({ ...championOf('shop', 1, '2026-03-03T00:00:00.000Z'), candidate });
    expect(await registry().currentChampion({ pipeline: 'shop' })).toMatchObject({ champion: { version: 1 }, recipe: registerInput().recipe });
    expect(await registry().currentChampion({ pipeline: 'other' })).toEqual({});
  });
});
