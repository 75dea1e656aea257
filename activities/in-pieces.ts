import { setImmediate } from 'node:timers/promises';

/** Lets the process breathe between the pieces of a long computation: heartbeats go out and a cancellation is heard. */
export async function inPieces<T>(pieces: Generator<unknown, T, undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
    await setImmediate();
    signal.throwIfAborted();
  }
}

/** All pieces in their order. */
export async function collectPieces<T>(pieces: Generator<T, void, undefined>, signal: AbortSignal): Promise<T[]> {
  const all: T[] = [];
  for (const piece of pieces) {
    all.push(piece);
    await setImmediate();
    signal.throwIfAborted();
  }
  return all;
}
