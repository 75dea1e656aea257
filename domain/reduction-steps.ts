/** A long computation in pieces of some milliseconds: whoever runs it may do other things between two of them. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Numbers that are multiplied between two pauses: some ten milliseconds' worth. */
export const perStep = 1e7;

/** Runs a computation to its end. */
export function exhaust<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
