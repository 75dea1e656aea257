import { renameSync, writeFileSync } from 'node:fs';

/** Readers see the old content or the new, never a half. `mode` holds from the first byte on. */
export function writeFileAtomically(file: string, content: string, mode = 0o644): void {
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, content, { mode });
  renameSync(part, file);
}
