import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { compiledEntry } from '../../adapters/child-process/compiled-entry.ts';
import type { ChildAnswer, ChildRequest } from './jobs/ingest-child.ts';

const entry = compiledEntry(new URL('./jobs/ingest-child.ts', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-interrupted-'));
  for (const file of [1, 2, 3]) {
    const rows = Array.from({ length: 4_000 }, (_, i) => `SKU-${(i * 7919) % 997},${new Date(Date.UTC(2024, file, 1 + (i % 25))).toISOString().slice(0, 10)},${(i * 31) % 89}.${i % 97}`);
    await writeFile(join(folder, `sales-${file}.csv`), ['sku,day,units', ...rows, ''].join('\n'));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let store = '';
beforeEach(async () => { store = await mkdtemp(join(folder, 'store-')); });

/** One attempt in a process of its own; undefined when it was killed. `shell` may limit what it can write. */
async function attemptInChild({ killAt, scratch = join(store, 'scratch'), shell = 'exec "$@"' }: { killAt?: number; scratch?: string; shell?: string } = {}): Promise<ChildAnswer | undefined> {
  await mkdir(scratch, { recursive: true });
  const request: ChildRequest = { sources: folder, store, scratch, ...(killAt !== undefined && { killAt }) };
  const child = spawn('bash', ['-c', shell, 'bash', process.execPath, entry, JSON.stringify(request)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, failed] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { failed += text; });
  const signal = await new Promise((resolve) => { child.once('close', (_, by) => { resolve(by); }); });
  if (signal === 'SIGKILL') return undefined;
  if (out === '') throw new Error(`the child said nothing (${String(signal)}): ${failed}`);
  return JSON.parse(out) as ChildAnswer;
}
const snapshots = (): string[] => (existsSync(join(store, 'snapshots')) ? readdirSync(join(store, 'snapshots')) : []);

describe('an attempt that is killed', () => {
  // Each file stores a part and an index; the snapshot stores its table and its manifest after that.
  test.each([[1, 3], [4, 2], [7, 0], [8, 0]])('while it stores object %i leaves no snapshot; the next one reads %i files', async (killAt, left) => {
    expect(await attemptInChild({ killAt })).toBeUndefined();
    expect(snapshots()).toEqual([]);
    const next = await attemptInChild();
    expect(next).toMatchObject({ rows: 12_000 });
    expect(next?.read.length).toBe(left);
    expect(snapshots()).toEqual([next?.digest]);
    store = await mkdtemp(join(folder, 'fresh-'));
    expect((await attemptInChild())?.digest).toBe(next?.digest);
  });
});

describe('a disk without room', () => {
  const full = { code: 'ServiceUnavailable', message: expect.stringMatching(/^the disk of the worker is full[^\n]*: nothing half-made is kept; free space, or give the worker a larger folder [^\n]*$/) as string };

  test('leaves no snapshot and says so in one line; with room the next attempt goes on', async () => {
    // In blocks of 1,024 bytes: too little for a part of any file.
    expect(await attemptInChild({ shell: 'ulimit -f 8; exec "$@"' })).toMatchObject(full);
    expect(snapshots()).toEqual([]);
    expect(await attemptInChild()).toMatchObject({ rows: 12_000 });
  });

  const mounted = join(tmpdir(), `forecastle-small-${process.pid}`);
  const canMount = spawnSync('bash', ['-c', `mkdir -p '${mounted}' && mount -t tmpfs -o size=32k tmpfs '${mounted}'`]).status === 0;
  afterAll(() => { if (canMount) spawnSync('umount', [mounted]); spawnSync('rmdir', [mounted]); });

  test.skipIf(!canMount)('that is a small file system does the same (skipped where nothing may be mounted)', async () => {
    expect(await attemptInChild({ scratch: mounted })).toMatchObject(full);
    expect(snapshots()).toEqual([]);
  });
});
