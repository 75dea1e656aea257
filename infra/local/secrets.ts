import { randomBytes } from 'node:crypto';

import { secretsFileSchema } from '../../config/secrets-file.schema.ts';
import type { Secrets } from '../../config/secrets-file.schema.ts';
import { readJsonFile } from '../../config/stack-file.schema.ts';
import { writeFileAtomically } from './atomic-file.ts';

/** @returns the secrets of this state folder, made at the first call and kept, readable by their owner alone */
export function loadOrCreateSecrets(file: string): Secrets {
  const kept = readJsonFile(file, secretsFileSchema);
  if (kept !== undefined) return kept;
  const made: Secrets = {
    postgresPassword: randomBytes(24).toString('base64url'),
    s3AccessKeyId: `FC${randomBytes(9).toString('hex').toUpperCase()}`,
    s3SecretAccessKey: randomBytes(30).toString('base64url'),
    apiKey: randomBytes(24).toString('base64url'),
  };
  writeFileAtomically(file, `${JSON.stringify(made, undefined, 2)}\n`, 0o600);
  return made;
}
