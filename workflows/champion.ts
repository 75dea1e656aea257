import { allHandlersFinished, ApplicationFailure, condition, continueAsNew, isCancellation, log, proxyActivities, setHandler, defineQuery, defineUpdate, workflowInfo } from '@temporalio/workflow';
import type { Champion, ChampionActivities, ChampionState, Decision, DecisionOutcome, Proposal, ProposeResult } from '../contracts/governance.ts';
import { championMessages } from '../contracts/runs.ts';
import { decisionProblem } from '../domain/decision-rules.ts';
import * as options from './activity-options.ts';
import { failureFacts } from './failure-facts.ts';

const { storeProposal, verifyEvidence, recordDecision, promoteCandidate, closeProposal } = proxyActivities<ChampionActivities>(options.champion);

/** Until a closing that no attempt mended is tried again. */
const closeAgainAfterMs = 10 * 60_000;

/**
 * The champion of one pipeline, for as long as the pipeline lives: it alone takes proposals and decisions, one at a time, and moves what is
 * in production. A decision may arrive before anybody waits for it.
 */
export async function champion(initial: ChampionState): Promise<void> {
  const open = new Map(initial.open.map((proposal) => [proposal.id, proposal]));
  let current: Champion | undefined = initial.champion;
  let last: Promise<unknown> = Promise.resolve();

  /** Handlers run side by side; what they change must not. They wait in a row: of two that waited for a flag, one event would wake both. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  }

  setHandler(defineQuery<ChampionState>(championMessages.state), () => ({ pipeline: initial.pipeline, open: [...open.values()], ...(current && { champion: current }) }));

  setHandler(defineUpdate<ProposeResult, [Proposal]>(championMessages.propose), (proposal) =>
    alone(async () => {
      const stored = await storeProposal({ proposal });
      const { status, runId } = stored.proposal;
      // What an attempt stored whose answer was lost is found, not created, by the next one.
      const isNew = stored.created || runId === proposal.runId;
      // The database has one open proposal per pipeline at most; this workflow may have been started after it.
      if (status === 'open' || (isNew && status === 'blocked')) open.clear();
      if (status === 'open') open.set(stored.proposal.id, stored.proposal);
      return stored;
    }),
  );

  setHandler(
    defineUpdate<DecisionOutcome, [Decision]>(championMessages.decide),
    (decision) =>
      alone(async () => {
        const proposal = open.get(decision.proposalId);
        // Another decision may have closed it while this one waited for its turn.
        const problem = decisionProblem(proposal, decision, Date.now());
        if (proposal === undefined || problem !== undefined) throw refused(problem ?? 'it is closed');
        const at = new Date(Date.now()).toISOString();
        if (decision.verdict === 'reject') {
          await recordDecision({ decision, status: 'rejected', at });
          open.delete(proposal.id);
          return { proposalId: proposal.id, status: 'rejected' as const, missing: 0, message: `version ${proposal.version} of ${proposal.pipeline} is rejected; production stays as it is` };
        }
        await verifyEvidence({ proposal });
        const decisions = [...proposal.decisions, decision];
        const missing = proposal.quorum - decisions.length;
        await recordDecision({ decision, status: missing > 0 ? 'open' : 'approved', at });
        if (missing > 0) {
          open.set(proposal.id, { ...proposal, decisions });
          return { proposalId: proposal.id, status: 'open' as const, missing, message: `${missing} more approval${missing === 1 ? '' : 's'} needed` };
        }
        current = await promoteCandidate({ proposal, decision, at });
        open.delete(proposal.id);
        return { proposalId: proposal.id, status: 'approved' as const, missing: 0, message: `version ${proposal.version} is the champion of ${proposal.pipeline}` };
      }),
    {
      validator: (decision) => {
        const problem = decisionProblem(open.get(decision.proposalId), decision, Date.now());
        if (problem !== undefined) throw refused(problem);
      },
    },
  );

  /** Whatever goes wrong here must not end the champion: proposals and decisions would have nobody to go to. */
  async function closeExpired(): Promise<'done' | 'try again'> {
    let outcome: 'done' | 'try again' = 'done';
    for (const { id, expiresAt } of [...open.values()].filter((proposal) => Date.parse(proposal.expiresAt) <= Date.now())) {
      try {
        await closeProposal({ proposalId: id, status: 'expired', at: new Date(Date.now()).toISOString(), reason: `nobody decided before ${expiresAt}` });
      } catch (error) {
        if (isCancellation(error)) throw error;
        const { message, code } = failureFacts(error);
        log.error(`proposal ${id} of ${initial.pipeline} has expired and can't be closed: ${message}`);
        // It can't be decided on any more, open or not. One that isn't there never will be closed.
        if (code !== 'NotFound') {
          outcome = 'try again';
          continue;
        }
      }
      open.delete(id);
    }
    return outcome;
  }

  let notBefore = 0;
  for (;;) {
    const next = nextExpiry(open);
    const wake = () => workflowInfo().continueAsNewSuggested || nextExpiry(open) !== next;
    if (next === undefined) await condition(wake);
    else await condition(wake, Math.max(1, Math.max(next, notBefore) - Date.now()));
    notBefore = (await alone(closeExpired)) === 'done' ? 0 : Date.now() + closeAgainAfterMs;
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof champion>({ pipeline: initial.pipeline, open: [...open.values()], ...(current && { champion: current }) });
    }
  }
}

const nextExpiry = (open: ReadonlyMap<string, Proposal>): number | undefined => [...open.values()].map(({ expiresAt }) => Date.parse(expiresAt)).sort((a, b) => a - b)[0];

const refused = (problem: string): ApplicationFailure => ApplicationFailure.nonRetryable(problem, 'DecisionRefused');
