import { createHash } from 'node:crypto';
import { z } from 'zod';

import { canonicalJson } from '../canonical-json.ts';
import { count, time } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export interface AuditEntry {
  readonly actor: string;
  /** What was done: `approve`, `reject`, `propose`, `expire`, `promote`. */
  readonly action: string;
  /** What it was done to: a proposal's id. */
  readonly subject: string;
  readonly reason: string;
  readonly detail: unknown;
}

export interface AuditRow extends AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly previousHash: string;
  readonly hash: string;
}

export interface AuditCheck {
  readonly ok: boolean;
  readonly rows: number;
  /** The first row that does not fit. */
  readonly broken?: { readonly row: number; readonly reason: string };
}

export interface Audit {
  /** @returns the row's number */
  append(entry: AuditEntry & { readonly at: string }): Promise<number>;
  /** Recomputes the whole chain. */
  verify(): Promise<AuditCheck>;
  /** Oldest first. */
  list(filter?: { readonly subject?: string; readonly limit?: number }): Promise<AuditRow[]>;
}

const auditLock = 4_017_202_612;
const genesis = '0'.repeat(64);
const columns = 'seq, at, actor, action, subject, reason, detail, previous_hash, hash';

const auditRow = z
  .object({
    seq: count, at: time, actor: z.string(), action: z.string(), subject: z.string(), reason: z.string(), detail: z.unknown(),
    previous_hash: z.string(), hash: z.string(),
  })
  .transform(({ previous_hash, ...row }): AuditRow => ({ ...row, previousHash: previous_hash }));

/** SHA-256 over the canonical JSON of everything in the row and the hash of the row before. */
function hashOf({ seq, at, actor, action, subject, reason, detail, previousHash }: Omit<AuditRow, 'hash'>): string {
  return createHash('sha256').update(canonicalJson({ seq, at, actor, action, subject, reason, detail, previousHash })).digest('hex');
}

export function createAudit(sql: Sql): Audit {
  const list: Audit['list'] = (filter = {}) =>
    sql.many(auditRow, `select ${columns} from audit where $1::text is null or subject = $1 order by seq limit $2`, [filter.subject ?? null, filter.limit ?? null]);
  return {
    list,
    append: (entry) =>
      sql.transaction(async (tx) => {
        await tx.run(`select pg_advisory_xact_lock(${auditLock})`);
        const last = await tx.maybe(auditRow, `select ${columns} from audit order by seq desc limit 1`);
        const body = { ...entry, at: new Date(entry.at).toISOString(), seq: (last?.seq ?? 0) + 1, previousHash: last?.hash ?? genesis };
        await tx.run(`insert into audit (${columns}) values ($1, $2::timestamptz, $3, $4, $5, $6, $7::json, $8, $9)`, [
          body.seq, body.at, body.actor, body.action, body.subject, body.reason, JSON.stringify(body.detail ?? null), body.previousHash, hashOf(body),
        ]);
        return body.seq;
      }),
    async verify() {
      const rows = await list();
      let previous = genesis;
      for (const [i, row] of rows.entries()) {
        const why =
          row.seq !== i + 1 ? `row ${i + 1} is missing` : row.previousHash !== previous ? 'it does not follow the row before it' : row.hash !== hashOf(row) ? 'its content was changed' : undefined;
        if (why !== undefined) return { ok: false, rows: rows.length, broken: { row: row.seq, reason: why } };
        previous = row.hash;
      }
      return { ok: true, rows: rows.length };
    },
  };
}
