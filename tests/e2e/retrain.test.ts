import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { serviceNames } from '../../config/stack-file.schema.ts';
import { lineageSchema } from '../../contracts/http-lineage.schema.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { forecastle } from '../support/command-line.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const pipeline = join(packageRoot, 'examples', 'tiny', 'pipeline.yaml');
let stack: TestStack;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-e2e-'));
  stack = await startTestStack({ services: serviceNames });
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a run ends with a candidate and a proposal; the same run again is served from the cache and proposes nothing new', async () => {
  const first = await forecastle(stack.stateDir, 'run', pipeline, '--follow');
  expect(first, first.err).toMatchObject({ code: 0 });
  expect(first.out).toMatch(/seasonal-naive/);
  const proposal = /proposal\s+(p-[0-9a-f]{12})/.exec(first.out)?.[1];
  expect(proposal).toBeDefined();

  const again = await forecastle(stack.stateDir, 'run', pipeline, '--follow');
  expect(again, again.err).toMatchObject({ code: 0 });
  expect(again.out.match(/^= .* cached /gm)).toHaveLength(14);
  expect(again.out).toContain(proposal);
});

test("changing one model's parameters redoes its training and what comes after, nothing else", async () => {
  const own = join(folder, 'pipeline.yaml');
  symlinkSync(join(packageRoot, 'examples', 'tiny', 'data'), join(folder, 'data'));
  writeFileSync(own, readFileSync(pipeline, 'utf8').replace('units: 8', 'units: 6').replace('name: tiny', 'name: changed'));
  const { out, code, err } = await forecastle(stack.stateDir, 'run', own, '--follow');
  expect(code, err).toBe(0);
  const steps = (mark: string): string[] => [...out.matchAll(new RegExp(`^${mark} (\\S+) +(?:done|cached) `, 'gm'))].map(([, step = '']) => step);
  expect(steps('✓').sort()).toEqual(['ensemble', 'evaluate', 'fit:lstm', 'propose', 'register', 'search:lstm']);
  expect(steps('=').sort()).toEqual(['baselines', 'clean', 'embed:text', 'features', 'fit:lightgbm', 'ingest', 'search:lightgbm', 'validate']);
});

test('a decision needs a reason and somebody else than the proposer; an approved candidate serves its forecasts', async () => {
  const listed = await forecastle(stack.stateDir, 'proposals', 'list', '--pipeline', 'tiny');
  const proposal = /p-[0-9a-f]{6,12}/.exec(listed.out)?.[0] ?? '';

  const empty = await forecastle(stack.stateDir, 'approve', proposal, '--reason', ' ');
  expect(empty.code).toBeGreaterThanOrEqual(2);
  const own = await forecastle(stack.stateDir, 'approve', proposal, '--reason', 'mine', '--as', 'system:retrain');
  expect(own.err).toMatch(/can't decide/);
  expect(own.code).toBe(3);

  const approved = await forecastle(stack.stateDir, 'approve', proposal, '--reason', 'better than naive');
  expect(approved, approved.err).toMatchObject({ code: 0 });
  const champion = await forecastle(stack.stateDir, 'champion', 'tiny');
  expect(champion.out).toMatch(/ann/);
  expect(champion.out).toMatch(/better than naive/);

  const out = join(folder, 'forecasts.csv');
  const exported = await forecastle(stack.stateDir, 'forecasts', 'export', 'tiny', '--out', out);
  expect(exported, exported.err).toMatchObject({ code: 0 });
  const [header, row] = readFileSync(out, 'utf8').split('\n');
  expect(header).toBe('unique_id,ds,y_hat,q0.1,q0.5,q0.9');
  const series = row?.split(',')[0] ?? '';
  const served = await forecastle(stack.stateDir, 'forecast', 'tiny', '--series', series);
  expect(served, served.err).toMatchObject({ code: 0 });
  expect((await forecastle(stack.stateDir, 'audit', 'verify')).code).toBe(0);
  const again = await forecastle(stack.stateDir, 'approve', proposal, '--reason', 'twice');
  expect(again.code).toBe(3);
});

test('a served number leads back to the decision, the candidate, the code, the snapshot, the file and its rows', async () => {
  const exported = join(folder, 'again.csv');
  await forecastle(stack.stateDir, 'forecasts', 'export', 'tiny', '--out', exported);
  const [, row = ''] = readFileSync(exported, 'utf8').split('\n');
  const [series = '', ds = '', yHat = ''] = row.split(',');
  const asked = await forecastle(stack.stateDir, 'lineage', `tiny/${series}/${ds}`, '--rows', '3', '--json');
  expect(asked, asked.err).toMatchObject({ code: 0 });
  const lineage = lineageSchema.parse(JSON.parse(asked.out));
  const inputs = new Set(lineage.edges.map(({ input }) => input.kind));
  expect([...inputs].sort()).toEqual(['artifact', 'candidate', 'champion', 'code', 'decision', 'forecast', 'proposal', 'run', 'snapshot', 'source']);
  // Every node hangs together: whatever is an output was reached before as an input, from the number on.
  const reached = new Set([`forecast tiny/${series}/${ds}`, ...lineage.edges.map(({ input }) => `${input.kind} ${input.id}`)]);
  expect(lineage.edges.filter(({ output }) => !reached.has(`${output.kind} ${output.id}`))).toEqual([]);
  const note = (kind: string): string => lineage.notes.find((one) => one.kind === kind)?.text ?? '';
  expect(Number(note('forecast').split(' ')[0])).toBeCloseTo(Number(yHat), 3);
  expect(note('decision')).toBe('approve: better than naive');
  const data = readFileSync(join(packageRoot, 'examples', 'tiny', 'data', 'orders.csv'));
  const digest = createHash('sha256').update(data).digest('hex');
  expect(lineage.edges.map(({ input }) => input.id)).toContain(`./data/orders.csv#sha256=${digest}`);
  expect(lineage.rowsFrom).toMatchObject({ uri: './data/orders.csv', sha256: digest });
  // The row numbers count in the file itself.
  const lines = data.toString('utf8').split(/\r?\n/);
  expect(lineage.rows).toHaveLength(3);
  for (const { row: number } of lineage.rows ?? []) expect(lines[number]?.toUpperCase()).toContain(series);
});

test('a run of a file that is not there is refused with one line and exit code 2', async () => {
  const refused = await forecastle(stack.stateDir, 'run', join(folder, 'absent.yaml'));
  expect(refused.code).toBe(2);
  expect(refused.err.trim().split('\n')).toHaveLength(1);
});

test('reviews, names and pictures become features that are measured; of a new review and a new picture only those are embedded', async () => {
  const shop = join(folder, 'clothes');
  cpSync(join(packageRoot, 'examples', 'clothes'), shop, { recursive: true });
  const own = join(shop, 'pipeline.yaml');
  const ofStep = (out: string, step: string): string => new RegExp(`^✓ ${step} +done +\\S+ s +(.*)$`, 'm').exec(out)?.[1] ?? '';
  const first = await forecastle(stack.stateDir, 'run', own, '--follow');
  expect(first, first.err).toMatchObject({ code: 0 });
  for (const line of ['texts', 'pictures', 'reviews', 'tuning']) expect(first.out).toMatch(new RegExp(`^${line} +\\S+ +WQL .* … `, 'm'));
  for (const method of ['analogues', 'category-average', 'overall-average']) expect(first.out).toContain(method);
  const told = await forecastle(stack.stateDir, 'dataset', 'show', 'clothes@latest');
  expect(told.out, told.err).toMatch(/3,265/);

  appendFileSync(join(shop, 'data', 'reviews.csv'), '2023-12-20 12:00:00,DR001,1,Never arrived and nobody answers my letters.\n');
  copyFileSync(join(shop, 'data', 'pictures', 'hat_00.jpg'), join(shop, 'data', 'pictures', 'dress_00.jpg'));
  const second = await forecastle(stack.stateDir, 'run', own, '--follow');
  expect(second, second.err).toMatchObject({ code: 0 });
  expect(ofStep(second.out, 'embed:reviews')).toMatch(/^1 texts? of reviews embedded/);
  expect(ofStep(second.out, 'embed:media')).toMatch(/embedded/);
  expect(second.out).toMatch(/^= embed:text /m);
});
