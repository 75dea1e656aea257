import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { loadOrCreateSecrets } from '../../../infra/local/secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('secrets are made once, differ between folders, and only their owner can read them', () => {
  const file = join(folder, 'secrets.json');
  const made = loadOrCreateSecrets(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(loadOrCreateSecrets(file)).toEqual(made);
  expect(loadOrCreateSecrets(join(folder, 'other.json'))).not.toEqual(made);
});

test('a secrets file that was cut short is refused, never replaced', () => {
  const file = join(folder, 'secrets.json');
  loadOrCreateSecrets(file);
  const cut = readFileSync(file, 'utf8').slice(0, 40);
  writeFileSync(file, cut);
  expect(() => loadOrCreateSecrets(file)).toThrow(file);
  expect(readFileSync(file, 'utf8')).toBe(cut);
});
