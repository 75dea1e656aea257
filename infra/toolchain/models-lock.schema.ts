import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { packageRoot } from './paths.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const content = { sha256, bytes: z.number().int().positive() };

const lockedFile = z.strictObject({
  ...content,
  /** The bytes as their publishers have them; absent for files that are written here. */
  upstream: z.strictObject({ ...content, inJar: z.string() }).optional(),
});

const lockedModel = z.strictObject({
  /** Within the folder of models; precisions of one model lie in one. */
  folder: z.string(),
  /** A commit; a branch is good enough where the digests below pin the bytes. */
  hub: z.strictObject({ repository: z.string(), revision: z.string().regex(/^([0-9a-f]{40}|main)$/) }),
  maven: z.strictObject({ artifact: z.string(), sha256 }),
  files: z.record(z.string(), lockedFile),
});

const lockSchema = z.record(z.string(), lockedModel);

export type LockedFile = z.infer<typeof lockedFile>;
export type LockedModel = z.infer<typeof lockedModel>;

/** The pinned models, by name (and precision, where it isn't fp32). Both publishers carry the same bytes, so one set of digests holds for either. */
export function readModelsLock(): Readonly<Record<string, LockedModel>> {
  return lockSchema.parse(JSON.parse(readFileSync(join(packageRoot, 'infra', 'toolchain', 'models.lock.json'), 'utf8')));
}
