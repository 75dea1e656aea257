import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { serve } from '@hono/node-server';
import { z } from 'zod';

import { createDuckdb } from '../adapters/duckdb/create-duckdb.ts';
import { createDatabase } from '../adapters/postgres/database.ts';
import { createS3ArtifactStore } from '../adapters/s3/artifact-store.ts';
import { createTemporalGateway } from '../adapters/temporal/client.ts';
import { createRunStates } from '../adapters/temporal/run-states.ts';
import { loadConfig } from '../config/load.ts';
import { mediaTypes } from '../contracts/artifacts.ts';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import { makePrivateFolder } from '../infra/local/private-folder.ts';
import { claimProcessFolder } from '../infra/local/process-folder.ts';
import { packageRoot } from '../infra/toolchain/paths.ts';
import { createApp } from './app.ts';

const config = loadConfig();
const database = createDatabase(config.postgres.url, { max: 10 });
const temporal = createTemporalGateway(config.temporal);
const workflows = createRunStates(config.temporal);
makePrivateFolder(config.scratchDir);
const scratchDir = claimProcessFolder(join(config.scratchDir, 'api'));
const artifacts = createS3ArtifactStore({ ...config.s3, cacheFolder: join(config.scratchDir, 'artifacts') });
const duckdb = createDuckdb({
  memoryLimitMiB: Math.min(512, config.duckdb.memoryLimitMiB),
  threads: 1,
  tempFolder: join(scratchDir, 'duckdb'),
});

const nothing: ArtifactRef = {
  uri: `s3://${config.s3.bucket}/raw/${'0'.repeat(64)}.json`,
  sha256: '0'.repeat(64),
  bytes: 0,
  mediaType: mediaTypes.json,
};

const app = createApp({
  ...database,
  temporal,
  workflows,
  artifacts,
  tables: duckdb,
  health: {
    postgres: () => database.ping(),
    temporal: () => temporal.checkHealth(),
    // Whether it is there does not matter; that the store says so does.
    store: () => artifacts.exists(nothing),
  },
  scratchDir,
  key: config.api.key,
  // Reached over the network it has names that it can't know; the key still guards every change.
  hosts: ['127.0.0.1', 'localhost', '::1'].includes(config.api.host) ? ['127.0.0.1', 'localhost', '[::1]'] : [],
  version: z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')))
    .version,
  now: () => new Date(),
  newRunId: (now) =>
    `${now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${randomBytes(3).toString('hex')}`,
  report: (error) => console.error(error),
});

const server = serve({ fetch: app.fetch, hostname: config.api.host, port: config.api.port }, ({ port }) => {
  console.log(`the API listens at http://${config.api.host}:${port}`);
});
server.on('error', (error: NodeJS.ErrnoException) => {
  const isTaken = error.code === 'EADDRINUSE';
  console.error(
    isTaken
      ? `port ${config.api.port} is taken: set FORECASTLE_API_PORT to another one`
      : `the API can't listen: ${error.message}`,
  );
  process.exit(isTaken ? 2 : 1);
});

/** Answers what was asked, then goes. */
function stop(): void {
  const patience = setTimeout(() => process.exit(0), 4000);
  server.close(() => {
    artifacts.close();
    void Promise.allSettled([temporal.close(), workflows.close(), database.close(), duckdb.close()]).then(() => {
      clearTimeout(patience);
      rmSync(scratchDir, { recursive: true, force: true });
      process.exit(0);
    });
  });
  if ('closeIdleConnections' in server) server.closeIdleConnections();
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
