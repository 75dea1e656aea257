import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** These scripts run before anything is compiled, so from the source tree only. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const oldest = [20, 19];

/** Ends the process with one line when this Node can't run us. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  console.error(`Node ${process.versions.node} is too old: install Node ${oldest.join('.')} or newer`);
  process.exit(2);
}

/** What `.env` beside package.json sets, for names that the environment leaves unset. */
export function loadDotEnv() {
  const file = join(root, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}
