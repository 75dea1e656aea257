import { BadInput } from '../../contracts/failure.ts';

/**
 * What DuckDB says of values that it can't compute with, as a failure that no other attempt is made after: it would say the same of the same
 * rows. Undefined for anything else, which may pass (a full disk, an interrupt) or is a fault of ours.
 */
export function dataProblem(error: unknown): BadInput | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, reason] = /^(?:Conversion|Out of Range) Error: ([^\n]*)/.exec(error.message) ?? [];
  if (reason === undefined) return undefined;
  return new BadInput(`a value in the data can't be computed with: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}; find it with a rule (validate: range), correct it, or filter its rows away`, { cause: error });
}
