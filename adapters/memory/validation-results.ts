import type { RunValidation } from '../../contracts/data.ts';

/** Twin of the validation results in PostgreSQL. */
export function createMemoryValidationResults() {
  const byRun = new Map<string, RunValidation>();
  return {
    async put(results: RunValidation): Promise<void> {
      if (results.outcomes.length > 0 && !byRun.has(results.runId)) byRun.set(results.runId, structuredClone(results));
    },
    async ofRun(runId: string): Promise<RunValidation | undefined> {
      return structuredClone(byRun.get(runId));
    },
  };
}
