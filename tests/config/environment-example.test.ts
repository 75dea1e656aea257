import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { environmentSchema } from '../../config/config.schema.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';

test('.env.example names every variable that is read', () => {
  const text = readFileSync(join(packageRoot, '.env.example'), 'utf8');
  const documented = new Set([...text.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]));
  expect(Object.keys(environmentSchema.shape).filter((name) => !documented.has(name))).toEqual([]);
});
