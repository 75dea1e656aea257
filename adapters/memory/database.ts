import { createMemoryCandidates } from './candidates.ts';
import { createMemoryProposals } from './proposals.ts';
import { createMemoryRuns } from './runs.ts';
import { createMemorySnapshots } from './snapshots.ts';
import { createMemoryStepCache } from './step-cache.ts';
import { createMemorySteps } from './steps.ts';

/** What activity tests need of the database, without one. The contract suite holds it to what PostgreSQL does. */
export function createMemoryDatabase() {
  const steps = createMemorySteps();
  return {
    runs: createMemoryRuns(steps),
    steps,
    stepCache: createMemoryStepCache(),
    snapshots: createMemorySnapshots(),
    candidates: createMemoryCandidates(),
    proposals: createMemoryProposals(),
  };
}
