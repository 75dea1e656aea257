import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

import { loadConfig } from '../config/load.ts';
import { makePrivateFolder } from '../infra/local/private-folder.ts';
import { packageRoot } from '../infra/toolchain/paths.ts';
import { createFailureInterceptor } from './failure-interceptor.ts';
import { createLineageInterceptor } from './lineage-interceptor.ts';
import { composeQueue, queueNames } from './queues.ts';

// One process per task queue: `node dist/workers/main.js --queue data`. More machines means more of these.

const { values } = parseArgs({ options: { queue: { type: 'string' } } });
const queue = queueNames.find((name) => name === values.queue);
if (queue === undefined) {
  console.error(`--queue ${values.queue ?? ''} is not a task queue: say one of ${queueNames.join(', ')}`);
  process.exit(2);
}

const logLevels = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

const config = loadConfig();
makePrivateFolder(config.scratchDir);
Runtime.install({ logger: new DefaultLogger(logLevels[config.logLevel]), shutdownSignals: [] });
const { address, namespace, apiKey, tls } = config.temporal;
const connection = await NativeConnection.connect({ address, ...(apiKey !== undefined && { apiKey }), ...(tls !== undefined && { tls }) });
const composed = composeQueue(queue, config);
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: queue,
  activities: composed.activities,
  maxConcurrentActivityTaskExecutions: composed.concurrency,
  maxHeartbeatThrottleInterval: '5s',
  shutdownGraceTime: '1s',
  // The first is the outermost: what it translates includes an edge that can't be stored.
  interceptors: { activity: [createFailureInterceptor, createLineageInterceptor(composed.lineage)] },
  // The bundle is made by the build, never at start.
  ...(queue === 'pipeline' && { workflowBundle: { code: readFileSync(join(packageRoot, 'dist', 'workflow-bundle.js'), 'utf8') } }),
});

const stop = (): void => {
  if (worker.getState() === 'RUNNING') worker.shutdown();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

const running = worker.run();
const health = process.env['FORECASTLE_HEALTH_FILE'];
if (health !== undefined) writeFileSync(health, 'ready\n');
console.log(`the ${queue} worker takes work`);
await running;
await composed.close();
await connection.close();
process.exit(0);
