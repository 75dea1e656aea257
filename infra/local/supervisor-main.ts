import { parseArgs } from 'node:util';

import { z } from 'zod';

import { serviceNameSchema, serviceNames } from '../../config/stack-file.schema.ts';
import { stateDirOf, stateFiles } from '../../config/state-folder.ts';
import { runStack } from './run-stack.ts';

// The process that owns the embedded stack. `up` starts it, detached; SIGTERM stops it and everything with it.

const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

const { values } = parseArgs({ options: { services: { type: 'string' } } });
const wanted = z.array(serviceNameSchema).parse(values.services?.split(',') ?? serviceNames);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    log(`asked to stop by ${signal}`);
    stop.abort();
  });
}
// The exit is explicit: a pending back-off or a kept-alive connection must not hold the process.
process.exit(
  await runStack({
    chosen: serviceNames.filter((name) => wanted.includes(name)),
    files: stateFiles(stateDirOf()),
    env: process.env,
    stop: stop.signal,
    log,
  }),
);
