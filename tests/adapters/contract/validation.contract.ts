import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import type { Database } from '../../../adapters/postgres/database.ts';
import type { RuleOutcome } from '../../../contracts/data.ts';
import { sha256 } from './governance-fixtures.ts';

const fresh = (): string => randomUUID();
type Validated = Pick<Database, 'validationResults' | 'lineageOutbox'>;

const holds: RuleOutcome = { rule: 'row-count ≥ 1', kind: 'row-count', severity: 'block', holds: true, found: '3 rows', broken: 0, rows: 3, examples: [] };
const broken: RuleOutcome = {
  rule: 'target range ≥ 0', kind: 'range', column: 'target', severity: 'warn', holds: false, found: '1 of 3 rows lie outside', broken: 1, rows: 20_000_000_000, examples: [{ file: 0, row: 18_204 }],
};

/** What rules found, and events on their way elsewhere. */
export function describeValidation(name: string, get: () => Validated): void {
  describe(`validation results in ${name}`, () => {
    test('they come back in the order of the rules, and putting them again changes nothing', async () => {
      const { validationResults } = get();
      const results = { runId: fresh(), pipeline: 'shop', snapshot: sha256('s'), outcomes: [broken, holds] };
      expect(await validationResults.ofRun(results.runId)).toBeUndefined();
      await validationResults.put(results);
      await validationResults.put({ ...results, outcomes: [holds, broken] });
      expect(await validationResults.ofRun(results.runId)).toEqual(results);
    });

    test('a run without rules has none', async () => {
      const { validationResults } = get();
      const runId = fresh();
      await validationResults.put({ runId, pipeline: 'shop', snapshot: sha256('s'), outcomes: [] });
      expect(await validationResults.ofRun(runId)).toBeUndefined();
    });
  });

  describe(`events on their way elsewhere in ${name}`, () => {
    const sent = { kind: 'sent' } as const;
    const drain = async (): Promise<unknown[]> => {
      const events: unknown[] = [];
      for (;;) {
        const outcome = await get().lineageOutbox.deliverNext(async (event) => {
          events.push(event);
          return sent;
        });
        if (outcome.kind === 'empty') return events;
      }
    };

    test('they go out in the order they came, once, and a key that is known is not taken again', async () => {
      const { lineageOutbox } = get();
      await drain();
      const [a, b] = [fresh(), fresh()];
      await lineageOutbox.add({ key: a, event: { id: a, weight: 0.1 + 0.2 } });
      await lineageOutbox.add({ key: b, event: { id: b } });
      await lineageOutbox.add({ key: a, event: { id: 'another' } });
      expect(await drain()).toEqual([{ id: a, weight: 0.1 + 0.2 }, { id: b }]);
      await lineageOutbox.add({ key: a, event: { id: a } });
      expect(await drain()).toEqual([]);
    });

    test('what can not be sent now waits at its place; what is refused for good lets the next one pass', async () => {
      const { lineageOutbox } = get();
      await drain();
      const before = await lineageOutbox.counts();
      const [a, b] = [fresh(), fresh()];
      for (const id of [a, b]) await lineageOutbox.add({ key: id, event: { id } });
      const later = { kind: 'later', reason: '503 Service Unavailable' } as const;
      expect(await lineageOutbox.deliverNext(async () => later)).toEqual(later);
      await expect(lineageOutbox.deliverNext(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
      expect((await lineageOutbox.counts()).waiting).toBe(2);
      const seen: unknown[] = [];
      await lineageOutbox.deliverNext(async (event) => {
        seen.push(event);
        return { kind: 'parked', reason: '400 Bad Request' };
      });
      expect(seen).toEqual([{ id: a }]);
      expect(await drain()).toEqual([{ id: b }]);
      expect(await lineageOutbox.counts()).toEqual({ waiting: 0, sent: before.sent + 1, parked: before.parked + 1 });
    });

    test('of two that deliver at once one is told to wait, so that no event goes out twice', async () => {
      const { lineageOutbox } = get();
      await drain();
      const id = fresh();
      await lineageOutbox.add({ key: id, event: { id } });
      let rival: unknown;
      await lineageOutbox.deliverNext(async () => {
        rival = await lineageOutbox.deliverNext(async () => sent);
        return sent;
      });
      expect(rival).toEqual({ kind: 'busy' });
      expect(await drain()).toEqual([]);
    });

    test('sent events are forgotten after their time, waiting ones never', async () => {
      const { lineageOutbox } = get();
      await drain();
      await lineageOutbox.add({ key: fresh(), event: {} });
      const { sent: before } = await lineageOutbox.counts();
      await lineageOutbox.forgetSent(1);
      expect(await lineageOutbox.counts()).toMatchObject({ waiting: 1, sent: before });
      await lineageOutbox.forgetSent(-1);
      expect(await lineageOutbox.counts()).toMatchObject({ waiting: 1, sent: 0 });
      await drain();
    });
  });
}
