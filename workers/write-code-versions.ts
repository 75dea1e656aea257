import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';

import { packageRoot } from '../infra/toolchain/paths.ts';
import { activitySources, codeVersionsFile } from './code-versions.ts';

// Part of the build: the version of an activity is the digest of its own bundled sources, so comments and unrelated changes keep its cache.

const versions: Record<string, string> = {};
for (const [activity, sources] of Object.entries(activitySources)) {
  const { outputFiles } = await build({
    stdin: { contents: sources.map((file) => `import './${file}';`).join('\n'), resolveDir: packageRoot },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'es2023',
    packages: 'external',
    minifyWhitespace: true,
    legalComments: 'none',
    treeShaking: false,
    logLevel: 'error',
  });
  const hash = createHash('sha256');
  for (const { contents } of outputFiles) hash.update(contents);
  versions[activity] = hash.digest('hex');
}
writeFileSync(codeVersionsFile, `${JSON.stringify(versions, null, 2)}\n`);
console.log(`code versions of ${Object.keys(versions).length} activities in ${join('dist', 'code-versions.json')}`);
