#!/usr/bin/env node
import { build, isBuilt } from '../infra/toolchain/build.mjs';
import { ensureNpmPackages } from '../infra/toolchain/npm-packages.mjs';
import { loadDotEnv, requireNode } from '../infra/toolchain/package-root.mjs';

// `npx forecastle …`: makes sure that dist/ is what the sources say, then hands over.

requireNode();
loadDotEnv();
if (!isBuilt()) {
  await ensureNpmPackages();
  console.error('building …');
  if (!(await build())) process.exit(1);
}
await import('../dist/cli/main.js');
