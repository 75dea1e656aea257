import { z } from 'zod';

import { auditStart, checkChain, nextRow } from '../audit-chain.ts';
import type { AuditCheck, AuditEntry, AuditHead, AuditRow } from '../audit-chain.ts';
import { count, time } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export interface Audit {
  /** @returns the row's number */
  append(entry: AuditEntry & { readonly at: string }): Promise<number>;
  /** Recomputes the whole chain. */
  verify(): Promise<AuditCheck>;
  /** Oldest first. */
  list(filter?: { readonly subject?: string; readonly limit?: number }): Promise<AuditRow[]>;
}

const columns = 'seq, at, actor, action, subject, reason, detail, previous_hash, hash';

const auditRow = z
  .object({
    seq: count,
    at: time,
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    reason: z.string(),
    detail: z.unknown(),
    previous_hash: z.string(),
    hash: z.string(),
  })
  .transform(({ previous_hash, ...row }): AuditRow => ({ ...row, previousHash: previous_hash }));
const headRow: z.ZodType<AuditHead> = z.object({ seq: count, hash: z.string() });

export function createAudit(sql: Sql): Audit {
  const list = (filter: { readonly subject?: string; readonly limit?: number } = {}, on = sql): Promise<AuditRow[]> =>
    on.many(auditRow, `select ${columns} from audit where $1::text is null or subject = $1 order by seq limit $2`, [
      filter.subject ?? null,
      filter.limit ?? null,
    ]);
  // Without its row, `verify` tells what is wrong.
  const head = async (tx: Sql, lock: string): Promise<AuditHead> =>
    (await tx.maybe(headRow, `select seq, hash from audit_head ${lock}`)) ?? auditStart;
  return {
    list: (filter) => list(filter),
    append: (entry) =>
      sql.transaction(async (tx) => {
        // Held until the transaction ends: nobody appends in between.
        const row = nextRow(await head(tx, 'for update'), entry);
        await tx.run(`insert into audit (${columns}) values ($1, $2::timestamptz, $3, $4, $5, $6, $7::json, $8, $9)`, [
          row.seq,
          row.at,
          row.actor,
          row.action,
          row.subject,
          row.reason,
          JSON.stringify(row.detail),
          row.previousHash,
          row.hash,
        ]);
        await tx.run('update audit_head set seq = $1, hash = $2', [row.seq, row.hash]);
        return row.seq;
      }),
    verify: () =>
      sql.transaction(async (tx) => {
        // Rows and head as of one moment, while others go on appending.
        await tx.run('set transaction isolation level repeatable read');
        return checkChain(await list({}, tx), await head(tx, ''));
      }),
  };
}
