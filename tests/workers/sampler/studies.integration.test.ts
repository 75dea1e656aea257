import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';

import type { AskInput, AskResult, TrialRecord } from '../../../contracts/modelling.ts';
import { loadConfig } from '../../../config/load.ts';
import * as examples from './examples.ts';
import { Refused, createOptunaDatabase, startSamplerProcess } from './sampler-process.ts';
import type { SamplerProcess } from './sampler-process.ts';

let database: Awaited<ReturnType<typeof createOptunaDatabase>>;
let sampler: SamplerProcess;
/** A new one for each test, and more of them by a suffix. */
let study: string;
let studies = 0;

beforeAll(async () => {
  const { postgres } = loadConfig({ ...process.env, FORECASTLE_STATE: inject('stack').stateDir });
  database = await createOptunaDatabase(postgres.url, `sampler_test_${process.pid}`);
  sampler = await startSamplerProcess(database.url);
});
afterAll(async () => {
  await sampler.stop();
  await database.drop();
});
beforeEach(() => {
  study = `study-${(studies += 1)}`;
});

function asking(numbers: readonly number[], change: Partial<AskInput> = {}): AskInput {
  return { ...examples.askInput, study, numbers, ...change };
}

/** A made-up score that depends on the parameters, so that the history matters. */
function scored({ number, parameters }: AskResult['trials'][number]): TrialRecord {
  const rate = Math.abs(Math.log(Number(parameters['learning_rate']) / 0.05));
  const leaves = Math.abs(Math.log(Number(parameters['num_leaves']) / 60));
  const folds = [rate + leaves, rate + 2 * leaves];
  if (number % 5 === 4) return { number, parameters, folds: folds.slice(0, 1), state: 'pruned' };
  if (number % 7 === 6) return { number, parameters, folds: [], state: 'failed' };
  return { number, parameters, folds, state: 'complete', value: rate + 1.5 * leaves };
}

/** A whole search; `between` is called before each generation. */
async function run(count: number, parallel: number, change: Partial<AskInput>, between: () => Promise<SamplerProcess> = async () => sampler): Promise<AskResult['trials']> {
  const all: AskResult['trials'][number][] = [];
  for (let start = 0; start < count; start += parallel) {
    const process = await between();
    const numbers = Array.from({ length: Math.min(parallel, count - start) }, (_, i) => start + i);
    const { trials } = await process.ask(asking(numbers, change));
    await process.tell({ study: change.study ?? study, trials: trials.map(scored).toReversed() });
    all.push(...trials);
  }
  return all;
}

describe('ask', () => {
  test('gives trial 0 the first parameters, and every trial what is fixed', async () => {
    const { trials } = await sampler.ask(asking([0, 1]));
    expect(trials[0]).toEqual({ number: 0, parameters: examples.askInput.first });
    expect(trials[1]?.parameters).toMatchObject({ max_depth: -1 });
    expect(Object.keys(trials[1]?.parameters ?? {}).toSorted()).toEqual(Object.keys(examples.askInput.first).toSorted());
  });

  test('moves the first parameters into the space', async () => {
    const space = { rate: { float: [0.1, 0.2] as [number, number], log: false }, depth: { int: [3, 9] as [number, number], log: false }, kind: { choice: ['a', 'b'] } };
    const { trials } = await sampler.ask(asking([0], { space, first: { rate: 5, depth: 1, kind: 'z' } }));
    expect(trials[0]?.parameters).toEqual({ rate: 0.2, depth: 3, kind: 'a' });
  });

  test('stays within the space and keeps whole numbers whole', async () => {
    for (const { parameters } of await run(15, 5, {})) {
      expect(parameters['learning_rate']).toBeGreaterThanOrEqual(0.001);
      expect(parameters['learning_rate']).toBeLessThanOrEqual(0.3);
      expect(Number.isInteger(parameters['num_leaves'])).toBe(true);
      expect(['tweedie', 'poisson', 'l2']).toContain(parameters['objective']);
      expect(typeof parameters['linear']).toBe('boolean');
    }
  });

  test('for numbers that exist gives what is stored, before and after they are told', async () => {
    const first = await sampler.ask(asking([0, 1, 2]));
    expect(await sampler.ask(asking([2, 0]))).toEqual({ trials: [first.trials[2], first.trials[0]] });
    await sampler.tell({ study, trials: first.trials.map(scored) });
    expect(await sampler.ask(asking([0, 1, 2]))).toEqual(first);
  });

  test('one by one gives what all at once gives', async () => {
    const together = await sampler.ask(asking([0, 1, 2, 3], { study: `${study}-together` }));
    for (const trial of together.trials) expect(await sampler.ask(asking([trial.number]))).toEqual({ trials: [trial] });
  });

  test('from two processes at once, again and again, gives both the same', async () => {
    const other = await startSamplerProcess(database.url);
    try {
      for (let number = 0; number < 12; number += 2) {
        const [a, b] = await Promise.all([sampler.ask(asking([number, number + 1])), other.ask(asking([number, number + 1]))]);
        expect(a).toEqual(b);
        expect(a.trials.map((trial) => trial.number)).toEqual([number, number + 1]);
      }
    } finally {
      await other.stop();
    }
  });

  test.each(['tpe', 'random', 'grid'] as const)('%s: a search that is begun anew by a new process at every generation goes the same way', async (kind) => {
    const straight = await run(16, 4, { sampler: kind, study: `${study}-straight` });
    let process: SamplerProcess | undefined;
    const interrupted = await run(16, 4, { sampler: kind }, async () => {
      await process?.stop();
      return (process = await startSamplerProcess(database.url));
    });
    await process?.stop();
    expect(interrupted).toEqual(straight);
  });

  test('another seed gives another search', async () => {
    const one = await run(4, 2, { seed: 1, study: `${study}-1` });
    const two = await run(4, 2, { seed: 2, study: `${study}-2` });
    expect(one[0]).toEqual(two[0]);
    expect(one.slice(1)).not.toEqual(two.slice(1));
  });

  test('tpe learns from what it was told', async () => {
    const trials = await run(60, 4, { space: { learning_rate: { float: [0.001, 0.3], log: true }, num_leaves: { int: [8, 512], log: true } } });
    const mean = (part: typeof trials): number => part.reduce((sum, trial) => sum + (scored(trial).folds[0] ?? Number.NaN), 0) / part.length;
    const finished = trials.filter(({ number }) => number % 7 !== 6);
    expect(mean(finished.slice(-20))).toBeLessThan(0.6 * mean(finished.slice(1, 10)));
  });

  test('grid sees every point once before it sees one again', async () => {
    const space = { kind: { choice: ['a', 'b', 'c'] }, rate: { float: [0.01, 1] as [number, number], log: true } };
    const { trials } = await sampler.ask(asking(Array.from({ length: 17 }, (_, i) => i), { sampler: 'grid', space, first: { kind: 'a', rate: 0.5 } }));
    const points = trials.slice(1).map(({ parameters }) => `${String(parameters['kind'])} ${Number(parameters['rate']).toPrecision(4)}`);
    expect(new Set(points.slice(0, 15)).size).toBe(15);
    expect(points[15]).toBe(points[0]);
    expect(new Set(points.map((point) => point.split(' ')[1]))).toEqual(new Set(['0.01000', '0.03162', '0.1000', '0.3162', '1.000']));
  });

  test.each([
    ['a gap in the numbers', { numbers: [3] }, 'BadInput', /trial 3 is asked for, but 0 is the next one/],
    ['a range that runs backwards', { space: { rate: { float: [2, 1], log: false } } }, 'BadInput', /space\.rate/],
    ['a logarithm of zero', { space: { rate: { float: [0, 1], log: true } } }, 'BadInput', /space\.rate/],
    ['a grid without end', { sampler: 'grid', numbers: [0, 1], space: Object.fromEntries('abcdefgh'.split('').map((name) => [name, { float: [0, 1], log: false }])) }, 'BadInput', /grid has 390,625 points/],
    ['an unknown sampler', { sampler: 'cmaes' }, 'BadInput', /AskInput \$\.sampler/],
  ])('refuses %s in one line', async (_, change, code, message) => {
    const refused = sampler.raw('ask', { ...asking([0]), ...change });
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/\n/);
  });

  test('refuses to go on with a study under other settings', async () => {
    await sampler.ask(asking([0]));
    await expect(sampler.ask(asking([1], { seed: 8 }))).rejects.toMatchObject({ code: 'Conflict' });
  });
});

describe('tell', () => {
  test('can be repeated, in any order and in parts', async () => {
    const told = (await sampler.ask(asking([0, 1, 2]))).trials.map(scored);
    expect(await sampler.tell({ study, trials: told.slice(1, 2) })).toEqual({ told: 1 });
    expect(await sampler.tell({ study, trials: told.toReversed() })).toEqual({ told: 3 });
    expect(await sampler.tell({ study, trials: told })).toEqual({ told: 3 });
  });

  test('refuses another outcome for a told trial, and then changes nothing', async () => {
    const told = (await sampler.ask(asking([0, 1]))).trials.map(scored);
    await sampler.tell({ study, trials: told.slice(0, 1) });
    const changed = told.map((trial) => ({ ...trial, value: 99 }));
    await expect(sampler.tell({ study, trials: changed })).rejects.toMatchObject({ code: 'Conflict' });
    expect(await sampler.tell({ study, trials: told })).toEqual({ told: 2 });
  });

  test('refuses a trial that was never asked for, a study that is not there, a score that is no number', async () => {
    const [trial] = (await sampler.ask(asking([0]))).trials.map(scored);
    await expect(sampler.raw('tell', { study, trials: [{ ...trial, number: 9 }] })).rejects.toMatchObject({ code: 'NotFound' });
    await expect(sampler.raw('tell', { study: `${study}-other`, trials: [trial] })).rejects.toMatchObject({ code: 'NotFound' });
    await expect(sampler.raw('tell', { study, trials: [{ ...trial, folds: [null] }] })).rejects.toMatchObject({ code: 'BadInput' });
    await expect(sampler.raw('tell', { study, trials: [{ ...trial, value: undefined }] })).rejects.toThrow(/'value' is a required property/);
  });
});

describe('prune by the median', () => {
  const scores = [0.5, 0.3, 0.7, 0.4, 0.6];
  async function tellScores(count: number): Promise<void> {
    const { trials } = await sampler.ask(asking(scores.map((_, number) => number)));
    const records = trials.slice(0, count).map(({ number, parameters }): TrialRecord => {
      const score = scores[number] ?? Number.NaN;
      return { number, parameters, folds: [score, score + 1], state: 'complete', value: score + 0.5 };
    });
    await sampler.tell({ study, trials: records });
  }
  const pruning = (trials: readonly { number: number; folds: readonly number[] }[], pruner: 'median' | 'none' = 'median'): Promise<unknown> =>
    sampler.prune({ study, pruner, trials });

  test('stops what is above the median of the told trials at the same fold, and not what equals it', async () => {
    await tellScores(5);
    const running = [{ number: 8, folds: [0.51] }, { number: 5, folds: [0.9] }, { number: 6, folds: [0.5] }, { number: 7, folds: [] }];
    expect(await pruning(running)).toEqual({ stop: [5, 8] });
    expect(await pruning(running)).toEqual({ stop: [5, 8] });
    expect(await pruning([{ number: 5, folds: [0.9, 1.49] }, { number: 6, folds: [0.1, 1.51] }])).toEqual({ stop: [6] });
  });

  test('waits for four told trials', async () => {
    await tellScores(3);
    expect(await pruning([{ number: 5, folds: [99] }])).toEqual({ stop: [] });
  });

  test('does not count the running generation, even where a part of it is told already', async () => {
    await tellScores(5);
    expect(await pruning([{ number: 3, folds: [99] }, { number: 5, folds: [99] }])).toEqual({ stop: [] });
  });

  test('none never stops a trial', async () => {
    expect(await pruning([{ number: 5, folds: [99] }], 'none')).toEqual({ stop: [] });
  });
});

describe('killed before any write', () => {
  /** Kills before write 0, 1, 2 … until the call has fewer writes. @returns the number of kills */
  async function killEverywhere(call: (at: number) => Promise<unknown>, repair: (at: number) => Promise<void>): Promise<number> {
    for (let at = 0; ; at += 1) {
      const killed = await call(at).then(
        () => false,
        (error: unknown) => {
          if (error instanceof Refused && error.code === 'Killed') return true;
          throw error;
        },
      );
      await repair(at);
      if (!killed) return at;
    }
  }

  test('ask: asked again, it gives the parameters of a search without a kill', async () => {
    const inputOf = (name: string | number): AskInput => asking([0, 1, 2], { study: `${study}-${name}` });
    const wanted = await sampler.ask(inputOf('unharmed'));
    const kills = await killEverywhere(
      (at) => sampler.ask(inputOf(at), at),
      async (at) => expect(await sampler.ask(inputOf(at))).toEqual(wanted),
    );
    expect(kills).toBeGreaterThan(10);
  });

  test('tell: told again, the next generation is that of a search without a kill', async () => {
    const { trials } = await sampler.ask(asking([0, 1], { study: `${study}-unharmed` }));
    const told = trials.map(scored);
    await sampler.tell({ study: `${study}-unharmed`, trials: told });
    const wanted = await sampler.ask(asking([2, 3], { study: `${study}-unharmed` }));
    const kills = await killEverywhere(
      async (at) => {
        await sampler.ask(asking([0, 1], { study: `${study}-${at}` }));
        await sampler.tell({ study: `${study}-${at}`, trials: told }, at);
      },
      async (at) => {
        expect(await sampler.tell({ study: `${study}-${at}`, trials: told })).toEqual({ told: 2 });
        expect(await sampler.ask(asking([2, 3], { study: `${study}-${at}` }))).toEqual(wanted);
      },
    );
    expect(kills).toBeGreaterThan(5);
  });
});
