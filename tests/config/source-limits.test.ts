import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseEnvironment } from '../../config/config.schema.ts';
import { sourceLimits } from '../../config/source-limits.ts';

const limits = (env: Readonly<Record<string, string>>) => sourceLimits(parseEnvironment(env), env);

test('no host may be read unless it is named; lists are read by their separators', () => {
  expect(limits({})).toMatchObject({ httpHosts: [], postgresHosts: [], roots: [], maxBytes: 10 * 2 ** 30, timeoutSeconds: 3600 });
  expect(limits({ FORECASTLE_HTTP_SOURCES: 'a.example.com, b:8443,', FORECASTLE_POSTGRES_SOURCES: 'db', FORECASTLE_SOURCE_ROOTS: '/data:relative', FORECASTLE_SOURCE_MAX_MIB: '1', FORECASTLE_SOURCE_TIMEOUT_SECONDS: '5' }))
    .toMatchObject({ httpHosts: ['a.example.com', 'b:8443'], postgresHosts: ['db'], roots: ['/data', resolve('relative')], maxBytes: 2 ** 20, timeoutSeconds: 5 });
  expect(() => limits({ FORECASTLE_SOURCE_MAX_MIB: '0' })).toThrow('FORECASTLE_SOURCE_MAX_MIB="0" is not a size');
});

test('a pipeline file can name logins of sources, but none of the servers that we work with', () => {
  const { secret } = limits({ SHOP_PASSWORD: 'a', PGPASSWORD: 'b', FORECASTLE_API_KEY: 'c'.repeat(16), TEMPORAL_API_KEY: 'd', MLFLOW_TRACKING_PASSWORD: 'e', DATABASE_URL: 'postgres://f', HF_TOKEN: 'g' });
  expect(['SHOP_PASSWORD', 'PGPASSWORD'].map(secret)).toEqual(['a', 'b']);
  expect(['FORECASTLE_API_KEY', 'TEMPORAL_API_KEY', 'MLFLOW_TRACKING_PASSWORD', 'DATABASE_URL', 'HF_TOKEN', 'NOT_SET'].map(secret)).toEqual(Array.from({ length: 6 }));
});
