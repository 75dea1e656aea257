import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';

import type {
  ChampionState,
  Decision,
  DecisionOutcome,
  Proposal,
  ProposeResult,
} from '../../../contracts/governance.ts';

// A champion workflow reduced to how it answers: what the gateway's tests need.

/** Refuses an empty reason in its validator and stale evidence in its handler; counts what it accepted. */
export async function champion(_: ChampionState): Promise<void> {
  let accepted = 0;
  setHandler(defineUpdate<ProposeResult, [Proposal]>('propose'), (proposal) => ({ proposal, created: true }));
  setHandler(
    defineUpdate<DecisionOutcome, [Decision]>('decide'),
    (decision) => {
      if (decision.evidence.metrics === 'old')
        throw ApplicationFailure.create({
          type: 'EvidenceStale',
          message: 'the metrics changed since',
          nonRetryable: true,
        });
      accepted += 1;
      return { proposalId: decision.proposalId, status: 'approved', missing: 0, message: `decision ${accepted}` };
    },
    {
      validator: (decision) => {
        if (decision.reason === '')
          throw ApplicationFailure.create({
            type: 'DecisionRefused',
            message: 'a decision needs a reason',
            nonRetryable: true,
          });
      },
    },
  );
  await condition(() => false);
}

/** Runs until it is cancelled. */
export async function retrain(): Promise<void> {
  await condition(() => false);
}
