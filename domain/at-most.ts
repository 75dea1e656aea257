/**
 * Works on every item, on so many of them at one time, and gives the results in the order of the items. When one fails no further one is
 * begun, those under way are awaited, and the first failure is thrown.
 */
export async function atMost<T, R>(most: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  const next = items.entries();
  let failure: { readonly error: unknown } | undefined;
  const run = async (): Promise<void> => {
    for (const [i, item] of next) {
      if (failure !== undefined) return;
      try {
        results[i] = await work(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, run));
  // Assigned within the workers, which the compiler does not follow.
  const failed = failure as { readonly error: unknown } | undefined;
  if (failed !== undefined) throw failed.error;
  return results;
}
