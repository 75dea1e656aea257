import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A path that DuckDB takes for this one file. It has no way to escape what it reads as a pattern, so such a file gets a link of a plain name. */
export async function readablePath(path: string, scratch: string, name: string): Promise<string> {
  if (!/[*?[\]{}]/.test(path)) return path;
  await mkdir(scratch, { recursive: true });
  const link = join(scratch, `${name}.link`);
  await rm(link, { force: true });
  await symlink(path, link);
  return link;
}
