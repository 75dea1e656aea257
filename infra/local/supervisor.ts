import { join } from 'node:path';

import type { ServiceName } from '../../config/stack-file.schema.ts';
import type { StateFiles } from '../../config/state-folder.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { StackRecorder } from './stack-recorder.ts';
import { needsOf, stopOrder } from './start-order.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** What has to be done once after a server is ready and before anything that needs it starts. */
export type AfterReady = Readonly<Partial<Record<ServiceName, (signal: AbortSignal) => Promise<void>>>>;

/** Starts the processes in the order of their needs, keeps them alive, stops them in the opposite order. */
export class Supervisor {
  readonly #processes: ReadonlyMap<ServiceName, SupervisedProcess>;
  readonly #afterReady: AfterReady;
  readonly #stopping = new AbortController();

  constructor(definitions: readonly ServiceDefinition[], afterReady: AfterReady, files: StateFiles, recorder: StackRecorder) {
    this.#afterReady = afterReady;
    this.#processes = new Map(
      definitions.map((definition) => {
        const supervised: SupervisedProcess = new SupervisedProcess(
          definition,
          join(files.logs, `${definition.name}.log`),
          () => recorder.service(definition.name, supervised.status),
        );
        return [definition.name, supervised];
      }),
    );
    for (const [name, supervised] of this.#processes) recorder.service(name, supervised.status);
  }

  /**
   * Resolves when all are ready. `beforeOwn` (the migrations) runs once, when the servers that our own processes need are ready.
   * @throws the first failure; the others go on until `stop`
   */
  async start(beforeOwn: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    const ready = new Map<ServiceName, Promise<void>>();
    let prepared: Promise<void> | undefined;
    const startOne = async (name: ServiceName, supervised: SupervisedProcess): Promise<void> => {
      await Promise.all(needsOf(name).map((need) => ready.get(need) ?? Promise.resolve()));
      if (needsOf(name).includes('temporal')) await (prepared ??= beforeOwn());
      signal.throwIfAborted();
      await supervised.start();
      await this.#afterReady[name]?.(signal);
    };
    // Servers come first in the map, so that what a later one needs is already on its way.
    for (const [name, supervised] of this.#processes) ready.set(name, startOne(name, supervised));
    await Promise.all(ready.values());
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the stack is being stopped'));
    for (const names of stopOrder()) await Promise.all(names.map((name) => this.#processes.get(name)?.stop() ?? Promise.resolve()));
  }
}
