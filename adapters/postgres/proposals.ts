import { z } from 'zod';

import { BadInput } from '../../contracts/failure.ts';
import type { Decision, Proposal, ProposalStatus, ProposeResult } from '../../contracts/governance.ts';
import { isRepeated, noSuchProposal, standing } from '../governance-rules.ts';
import { createAudit } from './audit.ts';
import { evidence, gateOutcome, proposalStatus, time } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export interface Proposals {
  /** Stores it and closes the pipeline's older open ones, or returns the one of the same candidate that stands (governance-rules.ts). */
  open(proposal: Proposal): Promise<ProposeResult>;
  /** By id or the first characters of one. @throws BadInput when several begin so */
  get(idOrPrefix: string): Promise<Proposal | undefined>;
  /** Newest first. */
  list(filter?: { readonly pipeline?: string; readonly status?: ProposalStatus }): Promise<Proposal[]>;
  /**
   * Audit row, decision and status in one transaction; repeating it changes nothing.
   * @throws NotFound, DecisionRefused when the proposal is closed or the person has decided otherwise
   */
  decide(what: { readonly decision: Decision; readonly status: ProposalStatus; readonly at: string }): Promise<void>;
  /** Without a person: expired or superseded. What is closed stays as it was closed. @throws NotFound */
  close(what: { readonly proposalId: string; readonly status: ProposalStatus; readonly at: string; readonly reason: string }): Promise<void>;
}

const columns = 'id, pipeline, candidate, version, run_id, evidence, gates, status, proposed_by, proposed_at, expires_at, quorum';

const proposalRow = z
  .object({
    id: z.string(), pipeline: z.string(), candidate: z.string(), version: z.number(), run_id: z.string(), evidence, gates: z.array(gateOutcome),
    status: proposalStatus, proposed_by: z.string(), proposed_at: time, expires_at: time, quorum: z.number(),
  })
  .transform(({ run_id, proposed_by, proposed_at, expires_at, ...same }) => ({ ...same, runId: run_id, proposedBy: proposed_by, proposedAt: proposed_at, expiresAt: expires_at }));

const decisionRow = z
  .object({ proposal_id: z.string(), actor: z.string(), verdict: z.enum(['approve', 'reject']), reason: z.string(), evidence })
  .transform(({ proposal_id, ...same }): Decision => ({ ...same, proposalId: proposal_id }));

export function createProposals(sql: Sql): Proposals {
  async function select(where: string, values: readonly unknown[], on = sql): Promise<Proposal[]> {
    const rows = await on.many(proposalRow, `select ${columns} from proposals where ${where}`, values);
    const decisions = await on.many(decisionRow, 'select proposal_id, actor, verdict, reason, evidence from decisions where proposal_id = any($1) order by audit_seq', [rows.map(({ id }) => id)]);
    return rows.map((row) => ({ ...row, decisions: decisions.filter(({ proposalId }) => proposalId === row.id) }));
  }

  /** Held until the transaction ends: two decisions, or a decision and an expiry, come one after the other. */
  async function lock(tx: Sql, proposalId: string): Promise<Proposal> {
    const [proposal] = await select('id = $1 for update', [proposalId], tx);
    if (proposal === undefined) throw noSuchProposal(proposalId);
    return proposal;
  }

  async function closeIn(tx: Sql, { proposalId, status, at, reason }: Parameters<Proposals['close']>[0]): Promise<void> {
    if ((await lock(tx, proposalId)).status !== 'open') return;
    await tx.run('update proposals set status = $2 where id = $1', [proposalId, status]);
    await createAudit(tx).append({ at, actor: 'system:champion', action: status, subject: proposalId, reason, detail: {} });
  }

  return {
    open: (proposal) =>
      sql.transaction(async (tx) => {
        await tx.run(`select pg_advisory_xact_lock(hashtextextended('proposals/' || $1, 0))`, [proposal.pipeline]);
        const earlier = await select('pipeline = $1 and candidate = $2 order by proposed_at desc', [proposal.pipeline, proposal.candidate], tx);
        const stored = standing(earlier, proposal);
        if (stored !== undefined) return { proposal: stored, created: false };
        for (const { id } of await select(`pipeline = $1 and status = 'open'`, [proposal.pipeline], tx)) {
          await closeIn(tx, { proposalId: id, status: 'superseded', at: proposal.proposedAt, reason: `version ${proposal.version} was proposed` });
        }
        const { id, pipeline, candidate, version, runId, status, proposedBy, proposedAt, expiresAt, quorum } = proposal;
        await tx.run(`insert into proposals (${columns}) values ($1, $2, $3, $4, $5, $6::json, $7::json, $8, $9, $10, $11, $12)`, [
          id, pipeline, candidate, version, runId, JSON.stringify(proposal.evidence), JSON.stringify(proposal.gates), status, proposedBy, proposedAt, expiresAt, quorum,
        ]);
        await createAudit(tx).append({ at: proposedAt, actor: proposedBy, action: 'propose', subject: id, reason: '', detail: { pipeline, version, evidence: proposal.evidence } });
        return { proposal, created: true };
      }),
    async get(idOrPrefix) {
      const found = await select('starts_with(id, $1) order by id limit 2', [idOrPrefix]);
      const exact = found.find(({ id }) => id === idOrPrefix);
      if (exact === undefined && found.length > 1) throw new BadInput(`several proposals begin with "${idOrPrefix}": give more characters of the id`);
      return exact ?? found[0];
    },
    list: (filter = {}) => select('($1::text is null or pipeline = $1) and ($2::text is null or status = $2) order by proposed_at desc, id', [filter.pipeline ?? null, filter.status ?? null]),
    decide: ({ decision, status, at }) =>
      sql.transaction(async (tx) => {
        const { proposalId, actor, verdict, reason } = decision;
        const proposal = await lock(tx, proposalId);
        if (isRepeated(proposal, decision)) return;
        const seq = await createAudit(tx).append({ at, actor, action: verdict, subject: proposalId, reason, detail: { pipeline: proposal.pipeline, version: proposal.version, evidence: decision.evidence } });
        await tx.run('insert into decisions (proposal_id, actor, verdict, reason, evidence, audit_seq) values ($1, $2, $3, $4, $5::json, $6)', [proposalId, actor, verdict, reason, JSON.stringify(decision.evidence), seq]);
        await tx.run('update proposals set status = $2 where id = $1', [proposalId, status]);
      }),
    close: (what) => sql.transaction((tx) => closeIn(tx, what)),
  };
}
