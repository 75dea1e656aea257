import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { createDataActivities, type Tables } from '../../activities/data.ts';
import { BadInput } from '../../contracts/failure.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let file: string;
beforeEach(async () => {
  given = surroundings(folder());
  file = join(folder(), 'sales.csv');
  await writeFile(file, 'one\n');
});

const { sources } = pipelineSchema.parse({
  name: 'shop', task: 'forecast', frequency: 'week', horizon: 4, sources: { sales: { uri: './sales.csv', columns: { series: 'sku', time: 'day', target: 'units' } } },
});

/** Reads the file; `meanwhile` happens after its fingerprint was taken and before its rows are read. */
function ingest(meanwhile: () => Promise<void> = async () => undefined) {
  const unused = () => Promise.reject(new Error('not part of ingesting'));
  const fingerprintSources: Tables['fingerprintSources'] = async () => {
    const bytes = await readFile(file);
    return [{ source: 'sales', uri: './sales.csv', sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }];
  };
  const tables: Tables = {
    fingerprintSources,
    async ingest({ outFolder }) {
      await meanwhile();
      const rows = (await readFile(file, 'utf8')).split('\n');
      if (rows.at(-1) !== '') throw new BadInput(`row ${rows.length} ends early`);
      const sales = join(outFolder, 'sales.parquet');
      await writeFile(sales, rows.join('\n'));
      return { sales, files: [], columns: {}, rows: rows.length - 1, keptRows: rows.length - 1, series: 1, from: '2024-01-01T00:00:00', to: '2024-02-01T00:00:00' };
    },
    validateSales: unused, clean: unused, buildOriginTable: unused,
  };
  const { ingest: run } = createDataActivities({ tables, artifacts: given.artifacts, snapshots: given.database.snapshots, withScratch: given.withScratch, steps: given.steps });
  return attempt(() => run({ context: at('ingest'), sources, baseFolder: folder(), frequency: 'week', horizon: 4, folds: 1, now: '2024-03-01T00:00:00Z' }));
}

describe('ingesting', () => {
  test('reads a file once, and again when its content is another', async () => {
    const first = await ingest();
    expect(await ingest(() => Promise.reject(new Error('read again')))).toEqual(first);
    await writeFile(file, 'one\ntwo\n');
    expect(await ingest()).toMatchObject({ rows: 2 });
  });

  test.each([
    ['whole rows were added', 'one\ntwo\n'],
    ['half a row was added, which is no fault of the file', 'one\ntw'],
  ])('a file to which %s while it was read is tried again, and nothing is remembered of it', async (_, content) => {
    const failure = { type: 'Conflict', nonRetryable: false, message: expect.stringMatching(/^sources\.sales\.uri \.\/sales\.csv: the file changed while it was read/) as string };
    await expect(ingest(() => writeFile(file, content))).rejects.toMatchObject(failure);
    expect(await given.database.steps.list('run-1')).toMatchObject([{ step: 'ingest', status: 'running', error: failure.message }]);
    expect(await given.database.snapshots.list({ pipeline: 'shop' })).toEqual([]);
    await writeFile(file, 'one\n');
    expect(await ingest()).toMatchObject({ rows: 1 });
  });

  test('a file with a fault that does not change is refused for its fault', async () => {
    await writeFile(file, 'tw');
    await expect(ingest()).rejects.toMatchObject({ code: 'BadInput', message: 'row 1 ends early' });
  });
});
