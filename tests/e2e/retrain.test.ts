import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { serviceNames } from '../../config/stack-file.schema.ts';
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

test('a decision needs a reason and somebody else than the proposer; an approved candidate serves its forecasts', async () => {
  const listed = await forecastle(stack.stateDir, 'proposals', 'list');
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

test('a run of a file that is not there is refused with one line and exit code 2', async () => {
  const refused = await forecastle(stack.stateDir, 'run', join(folder, 'absent.yaml'));
  expect(refused.code).toBe(2);
  expect(refused.err.trim().split('\n')).toHaveLength(1);
});
