import { build } from './build.mjs';
import { runStep, staticChecks, tool } from './checks.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { requireNode } from './package-root.mjs';

// `npm run check`: everything that needs no server, in under a minute.

requireNode();
await ensureNpmPackages();
const output = [];
const types = await runStep({
  name: 'types and workflow bundle',
  check: async () => ({ code: (await build({ log: (line) => output.push(line) })) ? 0 : 1, output: output.join('\n') }),
});
// Two at a time: each of the three keeps a core busy, and the tests are the longest.
const [fast, tests] = await Promise.all([
  (async () => {
    const verdicts = [];
    for (const step of staticChecks) verdicts.push(await runStep(step));
    return verdicts.every(Boolean);
  })(),
  runStep({ name: 'unit tests', check: tool('vitest', 'vitest.mjs', 'run', '--project', 'unit') }),
]);
process.exit(types && fast && tests ? 0 : 1);
