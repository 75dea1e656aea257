import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import type { ForecastRow } from '../../../adapters/forecast-rows.ts';
import type { Database } from '../../../adapters/postgres/database.ts';
import type { LineageEdge } from '../../../contracts/lineage.ts';
import { artifact, championOf, sha256 } from './governance-fixtures.ts';

const fresh = (): string => randomUUID();
type Served = Pick<Database, 'champions' | 'forecasts' | 'lineage' | 'embeddingSets'>;

/** What is looked up: forecasts, where they come from, vectors that are there already. */
export function describeServed(name: string, get: () => Served): void {
  describe(`forecasts in ${name}`, () => {
    const quantileLevels = [0.1, 0.5, 0.9];
    const row = (series: string, ds: string, yHat = 2): ForecastRow => ({
      series,
      ds,
      yHat,
      quantiles: [yHat - 1, yHat, yHat + 0.1],
    });
    async function* batches(...all: readonly (readonly ForecastRow[])[]): AsyncGenerator<readonly ForecastRow[]> {
      yield* all;
    }

    test('they come back in the order of time with their levels, and replacing them leaves none of the former', async () => {
      const { forecasts } = get();
      const [pipeline, candidate] = [`p-${fresh()}`, sha256('a')];
      const rows = batches([row('b', '2011-12-12'), row('a', '2011-12-19')], [row('a', '2011-12-12', 0.1 + 0.2)]);
      await forecasts.replace({ pipeline, candidate, quantileLevels, rows });
      expect(await forecasts.read({ pipeline, series: 'a', candidate })).toEqual([
        { ds: '2011-12-12', yHat: 0.1 + 0.2, quantiles: { 0.1: 0.1 + 0.2 - 1, 0.5: 0.1 + 0.2, 0.9: 0.1 + 0.2 + 0.1 } },
        { ds: '2011-12-19', yHat: 2, quantiles: { 0.1: 1, 0.5: 2, 0.9: 2.1 } },
      ]);
      const fewer = batches([{ ...row('a', '2011-12-12'), quantiles: [2] }]);
      await forecasts.replace({ pipeline, candidate, quantileLevels: [0.5], rows: fewer });
      expect(await forecasts.read({ pipeline, series: 'a', candidate })).toEqual([
        { ds: '2011-12-12', yHat: 2, quantiles: { 0.5: 2 } },
      ]);
      expect(await forecasts.read({ pipeline, series: 'b', candidate })).toEqual([]);
    });

    test('those of hours come back in the order of time', async () => {
      const { forecasts } = get();
      const [pipeline, candidate] = [`p-${fresh()}`, sha256('a')];
      const starts = ['2011-12-12T23:00', '2011-12-12T09:00', '2011-12-13T00:00'];
      await forecasts.replace({ pipeline, candidate, quantileLevels, rows: batches(starts.map((ds) => row('a', ds))) });
      expect((await forecasts.read({ pipeline, series: 'a', candidate })).map(({ ds }) => ds)).toEqual(starts.toSorted());
    });

    test("the champion's are served, and a pipeline without a champion has none", async () => {
      const { forecasts, champions } = get();
      const pipeline = `p-${fresh()}`;
      const champion = championOf(pipeline, 1, '2026-03-02T06:00:00.000Z');
      const rows = batches([row('bolt', '2011-12-12'), row('bolt M4', '2011-12-12'), row('nut', '2011-12-12')]);
      await forecasts.replace({ pipeline, candidate: champion.candidate, quantileLevels, rows });
      expect(await forecasts.read({ pipeline, series: 'nut' })).toEqual([]);
      expect(await forecasts.seriesOf(pipeline, { limit: 10 })).toEqual([]);
      await champions.set(champion);
      expect(await forecasts.read({ pipeline, series: 'nut' })).toMatchObject([{ yHat: 2 }]);
      expect(await forecasts.seriesOf(pipeline, { limit: 10 })).toEqual(['bolt', 'bolt M4', 'nut']);
      expect(await forecasts.seriesOf(pipeline, { prefix: 'bolt', limit: 1 })).toEqual(['bolt']);
      expect(await forecasts.seriesOf(pipeline, { prefix: 'b%', limit: 10 })).toEqual([]);
    });

    const at = '2011-12-19';
    test.each<[string, readonly ForecastRow[], RegExp]>([
      [
        'a forecast that is no number',
        [row('nut', at, Number.NaN)],
        /series "nut" at 2011-12-19: the forecast is NaN; nothing was stored/,
      ],
      [
        'an infinite quantile',
        [{ ...row('nut', at), quantiles: [1, 2, Infinity] }],
        /series "nut" at 2011-12-19: quantile 0.9 is Infinity/,
      ],
      [
        'quantiles that cross',
        [{ ...row('nut', at), quantiles: [1, 3, 2] }],
        /"nut" at 2011-12-19: quantile 0.9 is 2, less than quantile 0.5, 3/,
      ],
      [
        'too few quantiles',
        [{ ...row('nut', at), quantiles: [1, 2] }],
        /"nut" at 2011-12-19: 2 quantiles for 3 levels/,
      ],
      ['a day that there is not', [row('nut', '2011-02-30')], /"nut" at 2011-02-30: that is no date/],
    ])(
      '%s is refused in one line that names series and date, and what was stored before stays',
      async (_what, bad, line) => {
        const { forecasts } = get();
        const [pipeline, candidate] = [`p-${fresh()}`, sha256('a')];
        await forecasts.replace({ pipeline, candidate, quantileLevels, rows: batches([row('nut', '2011-12-12', 7)]) });
        const replacing = forecasts.replace({
          pipeline,
          candidate,
          quantileLevels,
          rows: batches([row('nut', '2011-12-12', 8)], bad),
        });
        await expect(replacing).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(line) });
        expect(await forecasts.read({ pipeline, series: 'nut', candidate })).toMatchObject([
          { ds: '2011-12-12', yHat: 7 },
        ]);
      },
    );

    test('two forecasts of one series and date are refused', async () => {
      const rows = batches([row('nut', at), row('nut', at)]);
      const replacing = get().forecasts.replace({
        pipeline: `p-${fresh()}`,
        candidate: sha256('a'),
        quantileLevels,
        rows,
      });
      await expect(replacing).rejects.toMatchObject({
        code: 'Conflict',
        message: expect.stringMatching(/nut.*2011-12-19/),
      });
    });

    test.each([[[0.5, 0.1]], [[0, 0.5]], [[0.5, 0.5]], [[0.5, 1]]])('levels %j are refused', async (levels) => {
      const replacing = get().forecasts.replace({
        pipeline: 'shop',
        candidate: sha256('a'),
        quantileLevels: levels,
        rows: batches(),
      });
      await expect(replacing).rejects.toMatchObject({
        code: 'BadInput',
        message: expect.stringContaining('quantile levels'),
      });
    });

    test('when reading the new ones fails half-way, the former stay', async () => {
      const { forecasts } = get();
      const [pipeline, candidate] = [`p-${fresh()}`, sha256('a')];
      await forecasts.replace({ pipeline, candidate, quantileLevels, rows: batches([row('nut', at, 7)]) });
      async function* failing(): AsyncGenerator<readonly ForecastRow[]> {
        yield [row('nut', at, 8)];
        throw new Error('the file ends early');
      }
      await expect(forecasts.replace({ pipeline, candidate, quantileLevels, rows: failing() })).rejects.toThrow(
        'the file ends early',
      );
      expect(await forecasts.read({ pipeline, series: 'nut', candidate })).toMatchObject([{ yHat: 7 }]);
    });

    test('of two who replace at once, one set is there in the end, not a mixture', async () => {
      const { forecasts } = get();
      const [pipeline, candidate] = [`p-${fresh()}`, sha256('a')];
      const replace = (yHat: number) =>
        forecasts.replace({
          pipeline,
          candidate,
          quantileLevels,
          rows: batches([row('a', at, yHat)], [row('b', at, yHat)]),
        });
      await Promise.all([replace(1), replace(2), replace(3)]);
      const yHats = async (series: string) =>
        (await forecasts.read({ pipeline, series, candidate })).map(({ yHat }) => yHat);
      expect(await yHats('a')).toHaveLength(1);
      expect(await yHats('a')).toEqual(await yHats('b'));
    });
  });

  describe(`lineage in ${name}`, () => {
    /** source → snapshot → candidate → champion, and a second snapshot of the source. */
    function chainOf(text: string): LineageEdge[] {
      const node = (kind: LineageEdge['input']['kind']) => ({ kind, id: `${text}-${kind}` });
      const by = { runId: `run of ${text}`, by: 'step' };
      return [
        { output: node('snapshot'), input: node('source'), ...by },
        { output: node('candidate'), input: node('snapshot'), ...by },
        { output: node('champion'), input: node('candidate'), ...by },
        { output: { kind: 'snapshot', id: `${text}-second` }, input: node('source'), ...by },
      ];
    }

    test('the way up and the way down are walked nearest first, as deep as asked', async () => {
      const { lineage } = get();
      const edges = chainOf(fresh());
      const [ingested, registered, promoted, again] = edges;
      if (!ingested || !registered || !promoted || !again) return expect.fail('the chain is too short');
      await lineage.addEdges(edges);
      await lineage.addEdges(edges);
      expect(await lineage.walk(promoted.output, 'up', 9)).toEqual([promoted, registered, ingested]);
      expect(await lineage.walk(promoted.output, 'up', 2)).toEqual([promoted, registered]);
      expect(await lineage.walk(registered.output, 'down', 9)).toEqual([promoted]);
      const down = await lineage.walk(ingested.input, 'down', 9);
      expect(down).toHaveLength(4);
      expect(down.slice(0, 2)).toEqual(expect.arrayContaining([ingested, again]));
      expect(await lineage.walk({ kind: 'run', id: ingested.input.id }, 'down', 9)).toEqual([]);
    });

    test('a walk ends where things were made from each other', async () => {
      const { lineage } = get();
      const [a, b] = [{ kind: 'artifact', id: fresh() } as const, { kind: 'artifact', id: fresh() } as const];
      const circle = [
        { output: a, input: b, runId: 'r', by: 'step' },
        { output: b, input: a, runId: 'r', by: 'step' },
      ];
      await lineage.addEdges(circle);
      expect(await lineage.walk(a, 'up', 50)).toEqual(circle);
    });

    test('a node is found by its id or its beginning; several that begin so are refused', async () => {
      const { lineage } = get();
      const text = fresh();
      await lineage.addEdges(chainOf(text));
      expect(await lineage.resolve(`${text}-champion`)).toEqual({ kind: 'champion', id: `${text}-champion` });
      expect(await lineage.resolve(`${text}-cand`)).toEqual({ kind: 'candidate', id: `${text}-candidate` });
      expect(await lineage.resolve(`${text}-nothing`)).toBeUndefined();
      await expect(lineage.resolve(text)).rejects.toMatchObject({ code: 'BadInput' });
    });
  });

  describe(`embedding sets in ${name}`, () => {
    const partOf = (encoder: string, i: number) => ({ ref: artifact('embeddings', `${encoder} ${i}`), count: 12, first: sha256(`first ${i}`), last: sha256(`last ${i}`) });

    test('a part is kept once per encoder, oldest first, with the keys it begins and ends with', async () => {
      const { embeddingSets } = get();
      const encoder = fresh();
      const [first, second] = [partOf(encoder, 1), partOf(encoder, 2)];
      for (const part of [first, second, first]) await embeddingSets.add(encoder, part);
      expect(await embeddingSets.list(encoder)).toEqual([first, second]);
      expect(await embeddingSets.list(fresh())).toEqual([]);
    });

    test('a part that lies elsewhere now is found there, in its old place among the others', async () => {
      const { embeddingSets } = get();
      const encoder = fresh();
      const [first, second] = [partOf(encoder, 1), partOf(encoder, 2)];
      const moved = { ...first, ref: { ...first.ref, uri: 's3://another-bucket/embeddings/1.parquet' } };
      for (const part of [first, second, moved]) await embeddingSets.add(encoder, part);
      expect(await embeddingSets.list(encoder)).toEqual([moved, second]);
    });

    test('merged parts take the place of the small ones, and of those of no other encoder', async () => {
      const { embeddingSets } = get();
      const [encoder, other] = [fresh(), fresh()];
      const parts = [1, 2, 3].map((i) => partOf(encoder, i));
      for (const part of parts) await embeddingSets.add(encoder, part);
      for (const part of parts) await embeddingSets.add(other, part);
      const merged = partOf(encoder, 4);
      for (let attempt = 0; attempt < 2; attempt += 1) await embeddingSets.replace(encoder, parts.slice(0, 2).map(({ ref }) => ref.sha256), [merged]);
      expect(await embeddingSets.list(encoder)).toEqual([parts[2], merged]);
      expect(await embeddingSets.list(other)).toEqual(parts);
    });
  });
}
