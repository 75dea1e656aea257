import type { AuditRow } from '../../../adapters/audit-chain.ts';

/** Puts a row into the audit table past the code that appends. */
export async function insertAuditRow(
  query: (text: string, values: unknown[]) => Promise<unknown>,
  { seq, at, actor, action, subject, reason, detail, previousHash, hash }: AuditRow,
): Promise<void> {
  await query('insert into audit values ($1, $2, $3, $4, $5, $6, $7, $8, $9)', [
    seq, at, actor, action, subject, reason, JSON.stringify(detail), previousHash, hash,
  ]);
}
