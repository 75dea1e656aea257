import { Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';

import { bundleWorkflows, quiet } from '../workflows/bundle.ts';
import { historyNames, legible, readHistory, type RecordedEvent, type RecordedHistory } from './history-file.ts';

// record.ts records the histories; runs that began with an older version of a workflow go on with the newest.

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger: quiet, telemetryOptions: { logging: { filter: 'ERROR' } } });
  workflowBundle = await bundleWorkflows();
}, 60_000);

/** Each history's name with what its replay ended in: undefined where the workflows do what they did when it was recorded. */
async function replay(histories: Readonly<Record<string, RecordedHistory>>): Promise<Record<string, Error | undefined>> {
  const named = Object.entries(histories).map(([workflowId, history]) => ({ workflowId, history }));
  const outcomes: Record<string, Error | undefined> = {};
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, named)) outcomes[workflowId] = error;
  return outcomes;
}

const recorded = (): Record<string, RecordedHistory> => Object.fromEntries(historyNames().map((name) => [name, readHistory(name)]));

test('every recorded run replays with the workflows as they are', async () => {
  const outcomes = await replay(recorded());
  expect(Object.keys(outcomes).length).toBeGreaterThan(0);
  expect(Object.entries(outcomes).filter(([, error]) => error !== undefined)).toEqual([]);
}, 60_000);

describe('a history that today’s workflows would not have made is noticed:', () => {
  test.each<[string, string, string, string]>([
    ['an activity of another name', 'retrain-first', '"activityType":{"name":"buildFeatures"}', '"activityType":{"name":"makeFeatures"}'],
    ['an activity in the place of another', 'search-lightgbm', '"activityType":{"name":"ask"}', '"activityType":{"name":"tell"}'],
    ['a child workflow of another name', 'retrain-first', '"workflowId":"search/', '"workflowId":"hunt/'],
  ])('%s', async (_, name, own, other) => {
    const events = readHistory(name).events.map((event) => JSON.parse(JSON.stringify(event).replaceAll(own, other)) as RecordedEvent);
    expect(events).not.toEqual(readHistory(name).events);
    expect((await replay({ [name]: { events } }))[name]).toBeInstanceOf(DeterminismViolationError);
  });
});

describe('the recorded histories', () => {
  test('hold every workflow, and runs that failed, were cancelled and were served from the cache', () => {
    const types = Object.values(recorded()).flatMap(({ events }) => events.map(({ eventType }) => eventType.replace('EVENT_TYPE_', '')));
    expect(types).toEqual(expect.arrayContaining(['WORKFLOW_EXECUTION_COMPLETED', 'WORKFLOW_EXECUTION_FAILED', 'WORKFLOW_EXECUTION_CANCELED', 'WORKFLOW_EXECUTION_UPDATE_COMPLETED', 'TIMER_FIRED']));
    const workflows = new Set(Object.values(recorded()).map(({ events }) => /"workflowType":\{"name":"(\w+)"/.exec(JSON.stringify(events[0]))?.[1]));
    expect([...workflows].sort()).toEqual(['champion', 'retrain', 'search']);
  });

  test.each(historyNames())('%s says nothing of the machine it was recorded on', (name) => {
    const text = legible(readHistory(name));
    expect(text).toContain('WORKFLOW_EXECUTION_STARTED');
    expect(text.match(/\/(?:work|tmp|home|root|Users|var|opt|usr)\/[^"\s]*/g) ?? []).toEqual([]);
    expect(text.match(/\b(?:\d{1,3}\.){3}\d{1,3}\b|localhost|(?:https?|postgres(?:ql)?):\/\/[^"\s]*/g) ?? []).toEqual([]);
    expect(text.match(/password|secret|api[_-]?key|AKIA/gi) ?? []).toEqual([]);
  });
});
