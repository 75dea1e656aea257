import { createMemoryAudit } from './audit.ts';
import { createMemoryCandidates } from './candidates.ts';
import { createMemoryChampions } from './champions.ts';
import { createMemoryEmbeddingSets } from './embedding-sets.ts';
import { createMemoryForecasts } from './forecasts.ts';
import { createMemoryLineageOutbox } from './lineage-outbox.ts';
import { createMemoryLineage } from './lineage.ts';
import { createMemoryProposals } from './proposals.ts';
import { createMemoryRuns } from './runs.ts';
import { createMemorySnapshots } from './snapshots.ts';
import { createMemoryStepCache } from './step-cache.ts';
import { createMemorySteps } from './steps.ts';
import { createMemoryValidationResults } from './validation-results.ts';

/** What activity tests need of the database, without one. The contract suite holds it to what PostgreSQL does. */
export function createMemoryDatabase() {
  const steps = createMemorySteps();
  const audit = createMemoryAudit();
  const champions = createMemoryChampions(audit);
  return {
    runs: createMemoryRuns(steps),
    steps,
    stepCache: createMemoryStepCache(),
    embeddingSets: createMemoryEmbeddingSets(),
    snapshots: createMemorySnapshots(),
    candidates: createMemoryCandidates(),
    proposals: createMemoryProposals(audit),
    champions,
    forecasts: createMemoryForecasts(champions),
    lineage: createMemoryLineage(),
    lineageOutbox: createMemoryLineageOutbox(),
    validationResults: createMemoryValidationResults(),
    audit,
  };
}
