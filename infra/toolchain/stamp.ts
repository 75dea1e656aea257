import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A digest of everything that decides what a part installs. */
export function pinsDigest(...pins: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(pins)).digest('hex');
}

/** True when the part was installed to its end with these pins. */
export function isStamped(file: string, digest: string): boolean {
  try {
    return readFileSync(file, 'utf8').trim() === digest;
  } catch {
    return false; // never installed, or killed before its end
  }
}

/** Written last: a part without its stamp is installed again. */
export function writeStamp(file: string, digest: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, `${digest}\n`);
  renameSync(`${file}.part`, file);
}
