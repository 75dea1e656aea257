/**
 * Why a file can't be had, in a few words: the `cause` of a refusal whose message says more. Where a table names many files, the few words
 * stand beside the name of each, and the rest of the table is read all the same.
 */
export class SourceProblem extends Error {
  override get name(): string {
    return 'SourceProblem';
  }
}

/** The few words behind an error, if it says something of the file that was asked for. */
export function problemOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) if (at instanceof SourceProblem) return at.message;
  return undefined;
}

/** Largest file that a table may name: a picture, a sound, a film. */
export const largestMedia = 64 * 2 ** 20;

/** Beyond a limit in bytes. */
export function largerThan(bytes: number): SourceProblem {
  return new SourceProblem(`larger than ${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MiB`);
}
