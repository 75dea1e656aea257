import { z } from 'zod';

import type { Champion } from '../../contracts/governance.ts';
import { expectLater, promotionOf } from '../governance-rules.ts';
import { createAudit } from './audit.ts';
import { time } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export interface Champions {
  /**
   * Ends the former champion's time, begins this one's and writes so in the audit record, all in one transaction; repeating it for the
   * same proposal changes nothing.
   * @throws Conflict when it would begin before the former one
   */
  set(champion: Champion): Promise<void>;
  /** Who was in production at an ISO time; now when absent. */
  at(pipeline: string, time?: string): Promise<Champion | undefined>;
  /** Newest first. */
  history(pipeline: string): Promise<Champion[]>;
}

const columns = 'pipeline, candidate, version, since, by, reason, proposal_id';
const championRow = z
  .object({ pipeline: z.string(), candidate: z.string(), version: z.number(), since: time, by: z.string(), reason: z.string(), proposal_id: z.string() })
  .transform(({ proposal_id, ...same }): Champion => ({ ...same, proposalId: proposal_id }));

export function createChampions(sql: Sql): Champions {
  return {
    set: (champion) =>
      sql.transaction(async (tx) => {
        await tx.run(`select pg_advisory_xact_lock(hashtextextended('champions/' || $1, 0))`, [champion.pipeline]);
        const [stored] = await tx.many(championRow, `select ${columns} from champions where proposal_id = $1`, [champion.proposalId]);
        if (stored !== undefined) return;
        expectLater(await tx.maybe(championRow, `select ${columns} from champions where pipeline = $1 and until is null`, [champion.pipeline]), champion);
        await tx.run('update champions set until = $2 where pipeline = $1 and until is null', [champion.pipeline, champion.since]);
        await tx.run(`insert into champions (${columns}) values ($1, $2, $3, $4, $5, $6, $7)`, [
          champion.pipeline, champion.candidate, champion.version, champion.since, champion.by, champion.reason, champion.proposalId,
        ]);
        await createAudit(tx).append(promotionOf(champion));
      }),
    at: (pipeline, moment) =>
      sql.maybe(championRow, `select ${columns} from champions where pipeline = $1 and since <= coalesce($2::timestamptz, 'infinity') and (until is null or until > coalesce($2::timestamptz, 'infinity')) order by since desc limit 1`, [
        pipeline, moment ?? null,
      ]),
    history: (pipeline) => sql.many(championRow, `select ${columns} from champions where pipeline = $1 order by since desc`, [pipeline]),
  };
}
