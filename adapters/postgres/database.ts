import { type Audit, createAudit } from './audit.ts';
import { type Candidates, createCandidates } from './candidates.ts';
import { type Champions, createChampions } from './champions.ts';
import { createEmbeddingSets, type EmbeddingSets } from './embedding-sets.ts';
import { createForecasts, type Forecasts } from './forecasts.ts';
import { createLineageOutbox, type LineageOutbox } from './lineage-outbox.ts';
import { createLineage, type Lineage } from './lineage.ts';
import { createProposals, type Proposals } from './proposals.ts';
import { createRuns, type Runs } from './runs.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { createPool } from './sql.ts';
import { createStepCache, type StepCache } from './step-cache.ts';
import { createSteps, type Steps } from './steps.ts';
import { createValidationResults, type ValidationResults } from './validation-results.ts';

export interface Database {
  readonly runs: Runs;
  readonly steps: Steps;
  readonly stepCache: StepCache;
  readonly embeddingSets: EmbeddingSets;
  readonly snapshots: Snapshots;
  readonly candidates: Candidates;
  readonly proposals: Proposals;
  readonly champions: Champions;
  readonly forecasts: Forecasts;
  readonly lineage: Lineage;
  readonly lineageOutbox: LineageOutbox;
  readonly validationResults: ValidationResults;
  readonly audit: Audit;
  /** One round trip. @throws ServiceUnavailable */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Everything that is queried. Connects when first used; `max` connections at most. */
export function createDatabase(connectionString: string, { max }: { readonly max: number }): Database {
  const pool = createPool(connectionString, max);
  const steps = createSteps(pool);
  return {
    runs: createRuns(pool, steps),
    steps,
    stepCache: createStepCache(pool),
    embeddingSets: createEmbeddingSets(pool),
    snapshots: createSnapshots(pool),
    candidates: createCandidates(pool),
    proposals: createProposals(pool),
    champions: createChampions(pool),
    forecasts: createForecasts(pool),
    lineage: createLineage(pool),
    lineageOutbox: createLineageOutbox(pool),
    validationResults: createValidationResults(pool),
    audit: createAudit(pool),
    ping: async () => {
      await pool.run('select 1');
    },
    close: () => pool.close(),
  };
}
