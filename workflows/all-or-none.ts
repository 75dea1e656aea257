import { CancellationScope } from '@temporalio/workflow';

/** `Promise.all` that leaves nothing running: when one fails, cancel the others and wait until they have stopped. */
export async function allOrNone<T extends readonly unknown[] | []>(start: () => T): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  const scope = new CancellationScope();
  let running: T | undefined;
  try {
    return await scope.run(() => Promise.all((running = start())));
  } catch (error) {
    scope.cancel();
    await CancellationScope.nonCancellable(() => Promise.allSettled(running ?? []));
    throw error;
  }
}
