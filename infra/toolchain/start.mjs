import { join } from 'node:path';

import { build } from './build.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { loadDotEnv, requireNode, root } from './package-root.mjs';
import { run } from './run.mjs';

// `npm start`: from a fresh clone to the finished example. Needs nothing but Node; the rest it fetches.

requireNode();
loadDotEnv();
await ensureNpmPackages();
if (!(await build())) process.exit(1);
process.exit(await run(process.execPath, [join(root, 'dist', 'cli', 'main.js'), 'start', ...process.argv.slice(2)], { forwardSignals: true }));
