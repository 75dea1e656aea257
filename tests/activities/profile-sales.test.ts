import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { profileSales, type ProfileTables } from '../../activities/profile-sales.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import type { PartProfile, TableProfile } from '../../contracts/profile.ts';
import { pipelineText } from '../api/fake-dependencies.ts';
import { attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
const { sources } = pipelineSchema.parse({ ...pipelineText, sources: { sales: { ...pipelineText.sources.sales, timezone: 'Europe/London' } } });
const periods = { starts: [], rows: [], kept: [], target: [], missing: [], zeros: [], series: [] };

test('after new rows only the parts that are new are looked at, and the profile says what the pipeline file knows', async () => {
  const { artifacts, steps } = surroundings(folder());
  const looked: string[] = [];
  const tables: ProfileTables = {
    profilePart: async ({ file }): Promise<PartProfile> => { looked.push(file); return { rows: looked.length, keptRows: 1, columns: [], periods }; },
    profileProducts: async ({ reviews }) => ({ reviews: { count: reviews?.length ?? 0, series: 1, from: '', to: '', withText: 0, rated: 0, meanRating: null } }),
    mergeProfiles: (parts, { frequency, series, meaning }): TableProfile => ({ version: 1, frequency, rows: parts.reduce((sum, { rows }) => sum + rows, 0), keptRows: parts.length, series, meaning, columns: [], periods }),
  };
  const part = async (name: string): Promise<ArtifactRef> => {
    const file = join(folder(), name);
    await writeFile(file, name);
    return artifacts.publishFile('raw', file, { mediaType: 'application/vnd.apache.parquet', extension: 'parquet' });
  };
  const [january, february, march] = [await part('january'), await part('february'), await part('march')];
  const profile = async (parts: readonly ArtifactRef[], beside = {}): Promise<unknown> =>
    artifacts.readJson(await attempt(() => profileSales({ tables, artifacts, steps }, { parts, beside, sources, frequency: 'week', series: 5 })));
  expect(await profile([january, february])).toMatchObject({ rows: 3, keptRows: 2, series: 5, frequency: 'week', meaning: { timezone: 'Europe/London' } });
  expect(await profile([january, february, march])).toMatchObject({ rows: 6, keptRows: 3 });
  expect(looked).toHaveLength(3);
  expect(await profile([january])).not.toHaveProperty('products');
  expect(await profile([january], { reviews: '/reviews' })).toHaveProperty('products.reviews.count', 8);
});
