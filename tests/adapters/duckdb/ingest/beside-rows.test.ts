import { join } from 'node:path';
import { expect, test } from 'vitest';
import { query, useScratch } from '../scratch.ts';

const scratch = useScratch();

test('what was known of a series is its reviews of a time, the newest first to count, and its files', async () => {
  const { folder, duckdb } = scratch();
  const [reviews, media] = [join(folder, 'r.parquet'), join(folder, 'm.parquet')];
  await query(`COPY (SELECT CASE WHEN i < 9 THEN 'A' ELSE 'B' END AS series, TIMESTAMP '2024-01-01' + i * INTERVAL 1 DAY AS known_from, CASE WHEN i <> 3 THEN repeat('word ', 100) END AS text, CASE WHEN i <> 3 THEN 4.5::DOUBLE END AS rating, 7::UBIGINT AS file, i::UBIGINT AS row FROM range(12) t(i)) TO '${reviews}'`);
  await query(`COPY (SELECT * FROM (VALUES ('A', 'audio', TIMESTAMP '2024-01-09', 'late.wav', 's3://x', 'ab', 3::UBIGINT, NULL), ('A', 'image', TIMESTAMP '1970-01-01', 'it''s.jpg', NULL, NULL, NULL, 'no such file'), ('B', 'image', TIMESTAMP '1970-01-01', 'b.jpg', 's3://b', 'cd', 3, NULL)) t(series, modality, known_from, name, uri, sha256, bytes, problem)) TO '${media}'`);
  const asked = { reviews, media, files: new Map([[7, 'reviews.csv']]), series: 'A', from: '2024-01-02', to: '2024-01-06', limit: 2 };
  const found = await duckdb.besideRows({ ...asked, before: '2024-01-05' });
  expect(found.total).toBe(3);
  expect(found.reviews).toEqual([
    { file: 'reviews.csv', row: 2, time: '2024-01-03T00:00:00', rating: 4.5, text: 'word '.repeat(40) }, { file: 'reviews.csv', row: 3, time: '2024-01-04T00:00:00', rating: null, text: null },
  ]);
  expect(found.media).toEqual([{ modality: 'image', name: "it's.jpg", problem: 'no such file' }]);
  expect((await duckdb.besideRows({ ...asked, before: '2024-01-10' })).media.map(({ name }) => name)).toEqual(['late.wav', "it's.jpg"]);
  expect(await duckdb.besideRows({ files: new Map(), series: 'A', limit: 2 })).toEqual({ total: 0, reviews: [], media: [] });
});
