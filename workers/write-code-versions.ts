import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { packageRoot } from '../infra/toolchain/paths.ts';
import { activityCode, codeVersionsFile } from './code-versions.ts';
import { hashCode } from './hash-code.ts';

// Part of the build.

const versions: Record<string, string> = {};
for (const [activity, code] of Object.entries(activityCode)) versions[activity] = (await hashCode(packageRoot, code)).version;
writeFileSync(codeVersionsFile, `${JSON.stringify(versions, null, 2)}\n`);
console.log(`code versions of ${Object.keys(versions).length} activities in ${join('dist', 'code-versions.json')}`);
