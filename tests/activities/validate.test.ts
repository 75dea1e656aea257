import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { createValidate } from '../../activities/validate.ts';
import type { RuleOutcome, Snapshot, ValidateInput, ValidationReport } from '../../contracts/data.ts';
import type { StepEvent } from '../../contracts/step-events.ts';
import { tablePartsMediaType } from '../../contracts/table-parts.ts';
import { validationRuleSchema } from '../../contracts/validation.schema.ts';
import { snapshotOf } from '../adapters/contract/governance-fixtures.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let events: StepEvent[];
let checked: number;
beforeEach(() => {
  given = surroundings(join(folder(), String(Math.random())));
  events = [];
  checked = 0;
});

const outcome = (over: Partial<RuleOutcome> = {}): RuleOutcome => ({
  rule: 'target not-null', kind: 'not-null', column: 'target', severity: 'block', holds: true, found: '0 of 3 rows are empty', broken: 0, rows: 3, examples: [], ...over,
});
const broken = outcome({ holds: false, found: '2 of 3 rows are empty (67 %)', broken: 2, examples: [{ file: 0, row: 2 }, { file: 0, row: 18_204 }] });

/** Validates a snapshot of one part; the rules find `outcomes`. */
async function validate(outcomes: readonly RuleOutcome[], { runId = 'run-1', over = {}, sources = snapshotOf('s').sources }: { readonly runId?: string; readonly over?: Partial<ValidateInput>; readonly sources?: Snapshot['sources'] } = {}) {
  const sales = { ...(await given.artifacts.publishJson('primary', { parts: [] })), mediaType: tablePartsMediaType };
  const report: ValidationReport = { outcomes, metrics: { rows: 3, columns: { target: { type: 'DOUBLE', count: 1, nullCount: 2 } } } };
  const run = createValidate({
    tables: {
      async validateSales() {
        checked += 1;
        return report;
      },
    },
    artifacts: given.artifacts, steps: given.steps, validationResults: given.database.validationResults,
    events: { emit: async (event) => void events.push(event) },
  });
  const input: ValidateInput = {
    context: at('validate', runId), snapshot: { ...snapshotOf('s'), sources, sales }, frequency: 'week', now: '2024-03-01T10:00:00Z',
    rules: [validationRuleSchema.parse({ column: 'target', rule: 'not-null' })], ...over,
  };
  return attempt(() => run(input));
}

describe('validating', () => {
  test('counts what holds and what warns, and keeps all of it for the run', async () => {
    const result = await validate([outcome(), { ...broken, severity: 'warn' }]);
    expect(result).toMatchObject({ passed: 1, warnings: 1 });
    expect((await given.database.validationResults.ofRun('run-1'))?.outcomes).toHaveLength(2);
    expect(await given.database.steps.list('run-1')).toMatchObject([{ status: 'done', note: '1 rules hold, 1 warnings' }]);
  });

  test('a broken rule that blocks ends the step in one line with the place of the rows, and what was found is kept all the same', async () => {
    const refusal = await validate([broken, outcome({ rule: 'row-count ≥ 1', kind: 'row-count' })]).then(() => undefined, (error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'ValidationBlocked', retryable: false,
      message: expect.stringMatching(/^the data break a rule of the pipeline file: target not-null \(2 of 3 rows are empty \(67 %\), such as \.\/data\/sales\.csv row 2; 18,204\)\. Mend the source[^\n]*$/) as string,
    });
    expect((await given.database.validationResults.ofRun('run-1'))?.outcomes.map(({ holds }) => holds)).toEqual([false, true]);
    expect(await given.database.steps.list('run-1')).toMatchObject([{ status: 'failed' }]);
  });

  test('rows know a file by its number, and the place is told where the file lies now', async () => {
    const rule = { ...broken, examples: [{ file: 99_456, row: 4 }] };
    const moved = (uri: string): Snapshot['sources'] => [{ source: 'sales', uri: './other.csv', sha256: 'a', bytes: 1, rows: 1, number: 7 }, { source: 'sales', uri, sha256: 'b', bytes: 1, rows: 1, number: 99_456 }];
    await expect(validate([rule], { sources: moved('./old.csv') })).rejects.toThrow('such as ./old.csv row 4)');
    await expect(validate([rule], { runId: 'run-2', sources: moved('./new.csv') })).rejects.toThrow('such as ./new.csv row 4)');
  });

  test('the same rules over the same rows are looked at once; each run has its results, and is blocked by them', async () => {
    await expect(validate([broken])).rejects.toMatchObject({ code: 'ValidationBlocked' });
    await expect(validate([], { runId: 'run-2' })).rejects.toMatchObject({ code: 'ValidationBlocked' });
    expect(checked).toBe(1);
    expect(await given.database.validationResults.ofRun('run-2')).toMatchObject({ runId: 'run-2', outcomes: [{ holds: false }] });
  });

  test('another day is another look only where a rule asks for freshness', async () => {
    const over = { now: '2024-03-02T10:00:00Z' };
    await validate([outcome()]);
    await validate([outcome()], { over });
    expect(checked).toBe(1);
    const rules = [validationRuleSchema.parse({ rule: 'freshness', maxAgeDays: 3 })];
    await validate([outcome()], { over: { rules } });
    await validate([outcome()], { over: { ...over, rules } });
    expect(checked).toBe(3);
  });

  test('its start and its end are told, the end with what the rules found', async () => {
    const { report } = await validate([outcome()]);
    expect(events).toMatchObject([
      { type: 'START', context: at('validate'), outputs: [] },
      { type: 'COMPLETE', inputs: [{ quality: { outcomes: [outcome()], metrics: { rows: 3 } } }], outputs: [{ artifact: report }] },
    ]);
    expect(events[0]?.inputs[0]).not.toHaveProperty('quality');
  });

  test('a block is told as a failure with what the rules found; a fault that another attempt may mend is no end', async () => {
    await expect(validate([broken])).rejects.toMatchObject({ code: 'ValidationBlocked' });
    expect(events.map(({ type }) => type)).toEqual(['START', 'FAIL']);
    expect(events[1]).toMatchObject({ error: expect.stringContaining('the data break a rule') as string, inputs: [{ quality: { outcomes: [{ holds: false }] } }] });
    events = [];
    given.artifacts.readJson = () => Promise.reject(new Error('the store is away'));
    await expect(validate([outcome()], { runId: 'run-3' })).rejects.toThrow('the store is away');
    expect(events.map(({ type }) => type)).toEqual(['START']);
  });
});
