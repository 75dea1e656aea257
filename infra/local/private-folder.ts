import { chmodSync, mkdirSync } from 'node:fs';

/** Makes a folder that only its owner can look into; one of an earlier version, which everybody could read, becomes so. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}
