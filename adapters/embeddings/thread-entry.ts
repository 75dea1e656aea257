import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The JavaScript of `network-thread.ts`: Node 20 runs no TypeScript, so beside this file when it is itself compiled, else the twin under `dist/`.
 * @throws Error when nothing is built
 */
export function threadEntry(): string {
  const beside = fileURLToPath(new URL('./network-thread.js', import.meta.url));
  if (existsSync(beside)) return beside;
  let root = dirname(beside);
  while (!existsSync(join(root, 'package.json'))) {
    if (dirname(root) === root) throw new Error('no package.json above the text encoder: the installation is incomplete');
    root = dirname(root);
  }
  const built = join(root, 'dist', relative(root, beside));
  if (existsSync(built)) return built;
  throw new Error(`${built} is not there: threads run compiled code. Build first: npm run build`);
}
