import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

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

describe('what is kept', () => {
  const hours = 3600;
  /** A copy of so many bytes that was last used so many hours ago. */
  async function copy(name: string, bytes: number, age: number): Promise<void> {
    await writeFile(join(folder, name), 'x'.repeat(bytes));
    await utimes(join(folder, name), Date.now() / 1000 - age * hours, Date.now() / 1000 - age * hours);
  }
  const fetchOne = () =>
    createLocalCopies(folder, { maxBytes: 100, unusedForMs: 48 * hours * 1000 }).fetch(ref, async () => Readable.from([Buffer.from('a model')]));

  test('copies that nobody used for long go, and over the limit those unused for longest', async () => {
    await copy('used-yesterday', 60, 24);
    await copy('used-this-morning', 60, 6);
    await copy('used-now', 30, 0);
    await copy('unused', 1, 49);
    await fetchOne();
    expect((await readdir(folder)).sort()).toEqual([`${ref.sha256}.txt`, 'used-now', 'used-this-morning'].sort());
  });

  test('a copy of this hour stays whatever its size: its reader may not have opened it yet', async () => {
    await copy('large', 200, 0.5);
    await fetchOne();
    expect(await readdir(folder)).toContain('large');
  });

  test('a copy counts as used when it is asked for', async () => {
    await writeFile(join(folder, `${ref.sha256}.txt`), 'a model');
    await utimes(join(folder, `${ref.sha256}.txt`), 0, 0);
    await fetchOne();
    const other = artifact('models', 'another', 'txt');
    await createLocalCopies(folder).fetch(other, async () => Readable.from([Buffer.from('another')]));
    expect((await readdir(folder)).sort()).toEqual([`${ref.sha256}.txt`, `${other.sha256}.txt`].sort());
  });

  test('only its owner reads a copy', async () => {
    expect((await stat(await fetchOne())).mode & 0o077).toBe(0);
  });
});
