import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { EmbeddingPart, EmbeddingSets } from '../../../activities/embedding-cache.ts';

// What a process leaves behind that is killed: every file is there whole or not at all.

function keep(file: string, content: Uint8Array | string): void {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

/** Files whose names are addresses. */
export class StoredObjects extends Map<string, Uint8Array> {
  private readonly folder: string;
  private readonly stored: () => void;
  constructor(folder: string, stored: () => void) {
    super();
    this.folder = folder;
    this.stored = stored;
    mkdirSync(folder, { recursive: true });
  }
  override get(key: string): Uint8Array | undefined {
    const file = join(this.folder, encodeURIComponent(key));
    return existsSync(file) ? readFileSync(file) : undefined;
  }
  override set(key: string, value: Uint8Array): this {
    keep(join(this.folder, encodeURIComponent(key)), value);
    this.stored();
    return this;
  }
}

/** A JSON file per part, its number first. */
export function storedSets(folder: string, listed: () => void): EmbeddingSets {
  mkdirSync(folder, { recursive: true });
  return {
    async list() {
      return readdirSync(folder).filter((name) => name.endsWith('.json')).sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as EmbeddingPart);
    },
    async add(_, part) {
      keep(join(folder, `${String(readdirSync(folder).length).padStart(4, '0')}-${part.ref.sha256}.json`), JSON.stringify(part));
      listed();
    },
    replace: () => Promise.reject(new Error('there are not that many parts')),
  };
}
