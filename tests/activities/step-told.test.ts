import { beforeEach, describe, expect, test } from 'vitest';

import { createStepRunner, type StepRunner } from '../../activities/step.ts';
import { BadInput, ServiceUnavailable } from '../../contracts/failure.ts';
import type { StepEvent } from '../../contracts/step-events.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let steps: StepRunner;
let events: StepEvent[];
beforeEach(() => {
  given = surroundings(folder());
  events = [];
  const { database, artifacts, codeVersion } = given;
  steps = createStepRunner({ cache: database.stepCache, rows: database.steps, artifacts, codeVersion, events: { emit: async (event) => void events.push(event) } });
});

const told = () => events.map(({ type, context, inputs, outputs }) => [type, context.step, inputs.map(({ artifact }) => artifact.uri), outputs.map(({ artifact }) => artifact.uri)]);

describe('whoever follows lineage elsewhere is told', () => {
  test('what a step was given and what it made, also when that was in the cache', async () => {
    const [sales, panel] = [await given.artifacts.publishJson('raw', { rows: 3 }), await given.artifacts.publishJson('primary', { rows: 2 })];
    // What is handed on is not made; what is named twice is one dataset.
    const run = () => attempt(() => steps.step(at('clean'), { activity: 'clean', parameters: { sales, again: [sales] }, note: () => '' }, async () => ({ panel, from: sales })));
    await run();
    expect(told()).toEqual([['START', 'clean', [sales.uri], []], ['COMPLETE', 'clean', [sales.uri], [panel.uri]]]);
    events = [];
    await run();
    expect(told()).toEqual([['START', 'clean', [sales.uri], []], ['COMPLETE', 'clean', [sales.uri], [panel.uri]]]);
  });

  test('of an effect what it says that it made', async () => {
    const sales = await given.artifacts.publishJson('raw', { rows: 3 });
    await attempt(() => steps.effect(at('ingest'), () => ({ note: '', unchanged: false, outputs: [sales] }), async () => 1));
    await attempt(() => steps.effect(at('propose'), () => ({ note: '', unchanged: false }), async () => 1));
    expect(told()).toEqual([['START', 'ingest', [], []], ['COMPLETE', 'ingest', [], [sales.uri]], ['START', 'propose', [], []], ['COMPLETE', 'propose', [], []]]);
  });

  test('nothing of a step that tells by itself', async () => {
    await attempt(() => steps.effect(at('validate'), () => ({ note: '', unchanged: false }), async () => 1, 'by itself'));
    expect(events).toEqual([]);
  });

  test('a failure that no attempt follows, and no other', async () => {
    const failing = (error: Error) => attempt(() => steps.step(at('clean'), { activity: 'clean', parameters: {}, note: () => '' }, () => Promise.reject(error)));
    await expect(failing(new ServiceUnavailable('the store is away'))).rejects.toThrow('the store is away');
    expect(events.map(({ type }) => type)).toEqual(['START']);
    await expect(failing(new BadInput('too short a history'))).rejects.toThrow('too short');
    expect(events.at(-1)).toMatchObject({ type: 'FAIL', error: 'too short a history' });
  });
});
