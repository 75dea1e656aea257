import { createHash } from 'node:crypto';

import { canonicalJson } from './canonical-json.ts';

// The rule of the audit record: each row carries the hash of the one before. Shared by PostgreSQL and its memory twin.

export interface AuditEntry {
  readonly actor: string;
  /** What was done: `propose`, `approve`, `reject`, `expired`, `superseded`, `promote`. */
  readonly action: string;
  /** What it was done to: a proposal's id. */
  readonly subject: string;
  readonly reason: string;
  readonly detail: unknown;
}

/** The last row: what a record that lost its end no longer has. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export interface AuditRow extends AuditEntry, AuditHead {
  readonly at: string;
  readonly previousHash: string;
}

export interface AuditCheck {
  readonly ok: boolean;
  readonly rows: number;
  /** The first row that does not fit. */
  readonly broken?: { readonly row: number; readonly reason: string };
}

/** Before the first row. */
export const auditStart: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** The row that follows the head. */
export function nextRow(head: AuditHead, { at, ...entry }: AuditEntry & { readonly at: string }): AuditRow {
  const { actor, action, subject, reason, detail = null } = entry;
  const row = {
    seq: head.seq + 1,
    at: new Date(at).toISOString(),
    actor,
    action,
    subject,
    reason,
    detail,
    previousHash: head.hash,
  };
  return { ...row, hash: hashOf(row) };
}

/** Recomputes the whole chain. `rows` in the order of their numbers. */
export function checkChain(rows: readonly AuditRow[], head: AuditHead): AuditCheck {
  let previous = auditStart;
  const broken = (row: number, reason: string): AuditCheck => ({
    ok: false,
    rows: rows.length,
    broken: { row, reason },
  });
  for (const row of rows) {
    const expected = previous.seq + 1;
    if (row.seq !== expected) return broken(expected, `row ${expected} is missing`);
    if (row.hash !== hashOf(row)) return broken(row.seq, 'its content was changed');
    if (row.previousHash !== previous.hash) return broken(row.seq, 'it does not follow the row before it');
    previous = row;
  }
  if (head.seq > previous.seq)
    return broken(previous.seq + 1, `the rows from ${previous.seq + 1} to ${head.seq} are missing`);
  if (head.seq !== previous.seq || head.hash !== previous.hash)
    return broken(previous.seq, 'it was not appended by Forecastle');
  return { ok: true, rows: rows.length };
}

/** SHA-256 over the canonical JSON of everything in the row and the hash of the row before. */
function hashOf({ seq, at, actor, action, subject, reason, detail, previousHash }: Omit<AuditRow, 'hash'>): string {
  const content = canonicalJson({ seq, at, actor, action, subject, reason, detail, previousHash });
  return createHash('sha256').update(content).digest('hex');
}
