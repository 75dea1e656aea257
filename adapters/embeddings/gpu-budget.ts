/** Below so much more throughput for twice the tokens, a larger batch is not worth its memory. */
const worthwhile = 1.1;

/**
 * Tokens per batch that a device is used well with: doubled from `from` until memory fails or throughput stops rising.
 * @param measure tokens per second with batches of so many tokens; throws when the device has no memory for them
 * @throws what `measure` throws at `from` already
 */
export async function probeTokenBudget(measure: (tokens: number) => Promise<number>, { from, most }: { readonly from: number; readonly most: number }): Promise<number> {
  let best = { tokens: from, perSecond: await measure(from) };
  for (let tokens = 2 * from; tokens <= most; tokens *= 2) {
    let perSecond: number;
    try {
      perSecond = await measure(tokens);
    } catch {
      // Out of memory: the size before is known to fit.
      break;
    }
    if (perSecond < worthwhile * best.perSecond) break;
    best = { tokens, perSecond };
  }
  return best.tokens;
}
