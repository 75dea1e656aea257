import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';

import type {
  ChampionState,
  Decision,
  DecisionOutcome,
  Proposal,
  ProposeResult,
} from '../../../contracts/governance.ts';

// A champion workflow reduced to how it answers: what the gateway's tests need.

/** Refuses an empty reason in its validator and stale evidence in its handler, fails as often as it is told to, counts what it accepted. */
export async function champion(_: ChampionState): Promise<void> {
  let accepted = 0;
  let failures = 0;
  let proposed = 0;
  setHandler(defineUpdate<ProposeResult, [Proposal]>('propose'), (proposal) => {
    proposed += proposal.id === 'fails once' ? 1 : 0;
    if (proposal.id === 'fails once' && proposed === 1)
      throw ApplicationFailure.create({ type: 'ServiceUnavailable', message: 'no database', nonRetryable: true });
    return { proposal, created: true };
  });
  setHandler(
    defineUpdate<DecisionOutcome, [Decision]>('decide'),
    (decision) => {
      if (decision.evidence.metrics === 'old')
        throw ApplicationFailure.create({
          type: 'EvidenceStale',
          message: 'the metrics changed since',
          nonRetryable: true,
        });
      if (decision.reason === 'fails twice' && failures < 2) {
        failures += 1;
        throw ApplicationFailure.create({ type: 'ArtifactCorrupt', message: `failure ${failures}`, nonRetryable: true });
      }
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
