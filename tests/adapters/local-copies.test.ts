import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createLocalCopies } from '../../adapters/local-copies.ts';
import { artifact } from './contract/governance-fixtures.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-copies-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ref = artifact('models', 'a model', 'txt');

test('what a killed process left of a download long ago is removed; one that may be under way is not', async () => {
  const [old, young] = [join(folder, 'old.part'), join(folder, 'young.part')];
  await writeFile(old, 'half');
  await writeFile(young, 'half');
  const hoursAgo = Date.now() / 1000 - 2 * 3600;
  await utimes(old, hoursAgo, hoursAgo);
  await createLocalCopies(folder).fetch(ref, async () => Readable.from([Buffer.from('a model')]));
  expect((await readdir(folder)).sort()).toEqual([`${ref.sha256}.txt`, 'young.part']);
});

test('a copy that lost bytes is fetched again', async () => {
  await writeFile(join(folder, `${ref.sha256}.txt`), 'a mo');
  let asked = 0;
  const source = async () => {
    asked += 1;
    return Readable.from([Buffer.from('a model')]);
  };
  const copies = createLocalCopies(folder);
  await copies.fetch(ref, source);
  await copies.fetch(ref, source);
  expect(asked).toBe(1);
});

test('nothing is left of a source that fails before or after its first bytes', async () => {
  const copies = createLocalCopies(folder);
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a mo');
    throw new Error('the connection broke');
  }
  await expect(copies.fetch(ref, async () => Readable.from(failing()))).rejects.toThrow('the connection broke');
  await expect(copies.fetch(ref, () => Promise.reject(new Error('not there')))).rejects.toThrow('not there');
  expect(await readdir(folder)).toEqual([]);
});
