import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { switches } from '../../config/external-servers.ts';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/load.ts';
import { readStackFile, serverNames } from '../../config/stack-file.schema.ts';
import type { ServiceName, ServiceStatus } from '../../config/stack-file.schema.ts';
import { stateFiles } from '../../config/state-folder.ts';
import { down } from '../../infra/local/down.ts';
import { reset } from '../../infra/local/reset.ts';
import { up } from '../../infra/local/up.ts';

/** A stack of a test's own. */
export interface TestStack {
  readonly stateDir: string;
  /** Read when asked for; needs all four servers. */
  readonly config: Config;
  /** @throws when the stack doesn't have it */
  service(name: ServiceName): ServiceStatus;
  /**
   * Kills the service's process and waits until the supervisor has another one ready.
   * @returns the new process
   */
  killAndWait(name: ServiceName): Promise<ServiceStatus>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** An environment in which no server of the developer's own is named: a test must not write there. */
export function environmentWithoutServers(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const named = new Set<string>(Object.values(switches).flat());
  return Object.fromEntries(Object.entries(env).filter(([name]) => !named.has(name) && name !== 'FORECASTLE_STATE'));
}

/** Starts a stack in a folder of its own, by default the four servers alone. */
export async function startTestStack(
  options: { readonly stateDir?: string; readonly services?: readonly ServiceName[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<TestStack> {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'forecastle-test-'));
  const env = { ...environmentWithoutServers(), ...options.env };
  await up({ stateDir, env, services: options.services ?? serverNames });
  return attachToStack(stateDir, env);
}

/** The same for a stack that is already up. */
export function attachToStack(stateDir: string, env: NodeJS.ProcessEnv = environmentWithoutServers()): TestStack {
  const files = stateFiles(stateDir);
  function service(name: ServiceName): ServiceStatus {
    const status = readStackFile(files.stack)?.services[name];
    if (status === undefined) throw new Error(`the test stack in ${stateDir} has no ${name}`);
    return status;
  }
  return {
    stateDir,
    get config() {
      return loadConfig({ ...env, FORECASTLE_STATE: stateDir });
    },
    service,
    async killAndWait(name) {
      const { pid } = service(name);
      if (pid === undefined) throw new Error(`${name} doesn't run`);
      process.kill(pid, 'SIGKILL');
      return waitFor(() => {
        const now = service(name);
        return now.state === 'ready' && now.pid !== pid ? now : undefined;
      });
    },
    async stop() {
      await down({ stateDir });
      await reset({ stateDir });
    },
  };
}

/** Asks until the answer is there. @throws when it isn't within the time */
export async function waitFor<T>(ask: () => T | undefined | Promise<T | undefined>, timeoutSeconds = 60): Promise<T> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`still waiting after ${timeoutSeconds} s for ${ask.toString()}`);
    await delay(50);
  }
}
