import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { build } from './build.mjs';
import { runStep, staticChecks } from './checks.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { requireNode, root } from './package-root.mjs';
import { run } from './run.mjs';

// `npm test`: sets up what it needs and runs everything. Arguments go to vitest. Its last line is `N passed, N failed`.

requireNode();
await ensureNpmPackages();
if (!(await build())) finish(false, 0, 1);
if ((await run(process.execPath, [join(root, 'dist', 'infra', 'toolchain', 'install-main.js')])) !== 0) finish(false, 0, 1);
const checks = [];
for (const step of staticChecks) checks.push(await runStep(step));

const report = join(root, 'dist', 'test-report.json');
rmSync(report, { force: true });
const code = await run(process.execPath, [
  join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);
const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { numPassedTests: 0, numFailedTests: 1 };
// A check is counted like a test; a file that can't even be loaded has no test to count.
const brokenFiles = (counts.testResults ?? []).filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
const passed = counts.numPassedTests + checks.filter(Boolean).length;
const failed = counts.numFailedTests + brokenFiles + checks.filter((ok) => !ok).length;
finish(code === 0 && failed === 0, passed, code === 0 ? failed : Math.max(failed, 1));

function finish(ok, passed, failed) {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(ok ? 0 : 1);
}
