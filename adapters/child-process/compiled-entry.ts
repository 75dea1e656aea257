import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The JavaScript file a child process can run for a module named by its source URL, e.g. `new URL('./child.ts', import.meta.url)`.
 * Node 20 runs no TypeScript, so: beside the caller when the caller is itself compiled, else the twin under `dist/`.
 * Throws when nothing is built.
 */
export function compiledEntry(source: URL): string {
  const path = fileURLToPath(source);
  if (!path.endsWith('.ts')) return path;
  const beside = `${path.slice(0, -'.ts'.length)}.js`;
  if (existsSync(beside)) return beside;
  const root = packageRootAbove(dirname(path));
  const built = join(root, 'dist', relative(root, beside));
  if (existsSync(built)) return built;
  throw new Error(`${built} is not there: child processes run compiled code. Build first: npm run build`);
}

function packageRootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('no package.json above the entry of a child process');
  return packageRootAbove(parent);
}
