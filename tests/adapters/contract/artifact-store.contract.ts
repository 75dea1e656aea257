import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { ArtifactStore } from '../../../adapters/artifact-store.ts';
import { sha256 } from './governance-fixtures.ts';

export interface StoreUnderTest {
  /** Another client of the same store; keeps its copies in the folder. */
  open(cacheFolder: string): ArtifactStore;
  /** Puts other bytes in the object's place, past the store. */
  damage(uri: string, bytes: Uint8Array): Promise<void>;
  remove(uri: string): Promise<void>;
}

const text = { mediaType: 'text/plain', extension: 'txt' } as const;

/** What every artifact store must do. Each test makes bytes of its own, so that one store serves all. */
export function describeArtifactStore(name: string, get: () => StoreUnderTest): void {
  let folder: string;
  let copies: string;
  let store: ArtifactStore;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecastle-artifacts-'));
    copies = join(folder, 'copies');
    store = get().open(copies);
  });
  afterAll(async () => {
    store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function fileOf(bytes: Uint8Array): Promise<string> {
    const file = join(folder, randomBytes(8).toString('hex'));
    await writeFile(file, bytes);
    return file;
  }
  const publishSome = async (bytes = randomBytes(1000)) => ({
    bytes,
    ref: await store.publishBytes('reports', bytes, text),
  });

  describe(`artifacts in ${name}`, () => {
    test('bytes are named by their digest within their layer, and come back as they were', async () => {
      const bytes = randomBytes(1000);
      const digest = sha256(bytes);
      const ref = await store.publishBytes('models', bytes, text);
      const uri = expect.stringMatching(`^s3://[^/]+/models/${digest}\\.txt$`);
      expect(ref).toEqual({ uri, sha256: digest, bytes: 1000, mediaType: 'text/plain' });
      expect(Buffer.from(await store.readBytes(ref)).equals(bytes)).toBe(true);
    });

    test.each([0, 1, 100_000, 20_000_000])('a file of %i bytes comes back as it was', async (size) => {
      const bytes = randomBytes(size);
      const ref = await store.publishFile('features', await fileOf(bytes), text);
      expect(ref).toMatchObject({ sha256: sha256(bytes), bytes: size });
      expect(sha256(await readFile(await store.fetchFile(ref)))).toBe(ref.sha256);
    });

    test('equal bytes have one name, from a file, from memory and published again', async () => {
      const { bytes, ref } = await publishSome();
      expect(await store.publishBytes('reports', bytes, text)).toEqual(ref);
      expect(await store.publishFile('reports', await fileOf(bytes), text)).toEqual(ref);
    });

    test('equal values have one name, whatever the order of their keys', async () => {
      const seed = Math.random();
      const ref = await store.publishJson('reports', { seed, b: [1, null], a: '中文 ✓' });
      expect(await store.publishJson('reports', { a: '中文 ✓', b: [1, null], seed })).toEqual(ref);
      expect(await store.readJson(ref)).toEqual({ seed, b: [1, null], a: '中文 ✓' });
    });

    test('many who publish the same bytes at once all get the same name, and the bytes are whole', async () => {
      const bytes = randomBytes(3_000_000);
      const file = await fileOf(bytes);
      const stores = Array.from({ length: 4 }, () => get().open(copies));
      const publish = (one: ArtifactStore) => [
        one.publishFile('models', file, text),
        one.publishBytes('models', bytes, text),
      ];
      const refs = await Promise.all(stores.flatMap(publish));
      for (const one of stores) one.close();
      expect(new Set(refs.map((ref) => JSON.stringify(ref))).size).toBe(1);
      expect(sha256(await store.readBytes(refs[0] ?? expect.fail('nothing was published')))).toBe(sha256(bytes));
    });

    test('what was never published or was removed is not there, and reading it says so', async () => {
      const { ref } = await publishSome();
      expect(await store.exists(ref)).toBe(true);
      await get().remove(ref.uri);
      expect(await store.exists(ref)).toBe(false);
      for (const read of [store.readBytes, store.fetchFile, store.verify]) {
        await expect(read(ref)).rejects.toMatchObject({
          code: 'ArtifactMissing',
          message: expect.stringContaining(ref.uri),
        });
      }
    });

    test('bytes that were changed in the store are refused, and leave no local copy', async () => {
      const { bytes, ref } = await publishSome();
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(500) ^ 1, 500);
      await get().damage(ref.uri, other);
      for (const read of [store.readBytes, store.fetchFile, store.verify]) {
        await expect(read(ref)).rejects.toMatchObject({
          code: 'ArtifactCorrupt',
          message: expect.stringContaining(ref.uri),
        });
      }
      expect((await readdir(copies)).filter((entry) => entry.startsWith(ref.sha256))).toEqual([]);
    });

    test('a local copy hides a change in the store from fetchFile, but not from verify', async () => {
      const { ref } = await publishSome();
      await store.verify(ref);
      const copy = await store.fetchFile(ref);
      await get().damage(ref.uri, randomBytes(1000));
      expect(await store.fetchFile(ref)).toBe(copy);
      await expect(store.verify(ref)).rejects.toMatchObject({ code: 'ArtifactCorrupt' });
    });

    test('half an object does not count as there, and publishing mends it', async () => {
      const { bytes, ref } = await publishSome();
      await get().damage(ref.uri, bytes.subarray(0, 500));
      expect(await store.exists(ref)).toBe(false);
      expect(await store.publishBytes('reports', bytes, text)).toEqual(ref);
      await store.verify(ref);
    });

    test('a file is fetched once, also by many at once, and cannot be changed by accident', async () => {
      const { ref } = await publishSome();
      const files = await Promise.all(Array.from({ length: 6 }, () => store.fetchFile(ref)));
      expect(new Set(files).size).toBe(1);
      const copy = files[0] ?? '';
      expect((await stat(copy)).mode & 0o222).toBe(0);
      await get().remove(ref.uri);
      expect(await store.fetchFile(ref)).toBe(copy);
      expect((await readdir(copies)).filter((entry) => entry.endsWith('.part'))).toEqual([]);
    });

    test('a cancelled publish or fetch ends as cancelled', async () => {
      const { ref } = await publishSome();
      const signal = AbortSignal.abort();
      const file = await fileOf(randomBytes(1000));
      await expect(store.publishFile('models', file, text, signal)).rejects.toMatchObject({ name: 'AbortError' });
      await expect(store.fetchFile(ref, signal)).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
}
