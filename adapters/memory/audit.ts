import { auditStart, checkChain, nextRow } from '../audit-chain.ts';
import type { AuditCheck, AuditEntry, AuditRow } from '../audit-chain.ts';

export type MemoryAudit = ReturnType<typeof createMemoryAudit>;

/** Twin of the audit record in PostgreSQL. */
export function createMemoryAudit() {
  const rows: AuditRow[] = [];
  return {
    async append(entry: AuditEntry & { readonly at: string }): Promise<number> {
      const row = nextRow(rows.at(-1) ?? auditStart, structuredClone(entry));
      rows.push(row);
      return row.seq;
    },
    async verify(): Promise<AuditCheck> {
      return checkChain(rows, rows.at(-1) ?? auditStart);
    },
    async list({ subject, limit }: { readonly subject?: string; readonly limit?: number } = {}): Promise<AuditRow[]> {
      return structuredClone(rows.filter((row) => subject === undefined || row.subject === subject).slice(0, limit));
    },
  };
}
