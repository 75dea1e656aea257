/**
 * Entry of every training child: `node host.js MODULE`. Loads the module, asks for its job, runs `execute` once, reports, ends.
 * Installs no handler for SIGTERM, so that a busy native call cannot delay a cancellation.
 */
import { pathToFileURL } from 'node:url';
import { PipelineError } from '../../contracts/failure.ts';
import type { ChildMessage, JobModule } from './messages.ts';

// The parent is gone (even by kill -9): nobody waits for the result.
process.on('disconnect', () => process.exit(1));

function say(message: ChildMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!process.send) throw new Error('host.js is started by runJob, with an IPC channel');
    process.send(message, undefined, {}, (error) => (error ? reject(error) : resolve()));
  });
}

function isJobModule(module: unknown): module is JobModule {
  return typeof module === 'object' && module !== null && 'execute' in module && typeof module.execute === 'function';
}

async function serve(modulePath: string): Promise<void> {
  const module: unknown = await import(pathToFileURL(modulePath).href);
  if (!isJobModule(module)) throw new Error(`${modulePath} exports no function execute(job, on)`);
  const job = new Promise<unknown>((resolve) => process.once('message', (message) => resolve(jobOf(message))));
  await say({ kind: 'ready' });
  const outcome = await module.execute(await job, {
    // A parent that cannot be told is a parent that is gone.
    progress: (progress) => void say({ kind: 'progress', progress }).catch(() => process.exit(1)),
  });
  await say({ kind: 'result', outcome });
}

function jobOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'job' in message ? message.job : undefined;
}

try {
  await serve(process.argv[2] ?? '');
  process.exit(0);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  // Without a code it is a bug, or a native library's error: its stack is what helps.
  const code = error instanceof PipelineError ? error.code : undefined;
  if (code === undefined) process.stderr.write(`${error instanceof Error ? (error.stack ?? text) : text}\n`);
  await say({ kind: 'failure', code, message: text });
  process.exit(1);
}
