import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { auditStart, nextRow } from '../../../adapters/audit-chain.ts';
import type { AuditRow } from '../../../adapters/audit-chain.ts';
import { freshDatabase } from '../../support/database.ts';
import type { FreshDatabase } from '../../support/database.ts';
import { championOf } from '../contract/governance-fixtures.ts';
import { insertAuditRow } from './insert-audit-row.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());

/** What only the owner of the table can do: the triggers are off while he works. */
async function asForger(work: () => Promise<unknown>): Promise<void> {
  await fresh.sql('alter table audit disable trigger all');
  await work();
  await fresh.sql('alter table audit enable trigger all');
  await fresh.sql('alter table audit enable always trigger audit_rows_stay');
  await fresh.sql('alter table audit enable always trigger audit_stays');
}

beforeEach(async () => {
  await asForger(() => fresh.sql('truncate audit cascade'));
  await fresh.sql('update audit_head set seq = $1, hash = $2', [auditStart.seq, auditStart.hash]);
  for (const actor of ['ana', 'ben', 'cho', 'dai']) {
    const at = '2026-03-02T06:00:00.000Z';
    await fresh.database.audit.append({
      at,
      actor,
      action: 'approve',
      subject: 'p-1',
      reason: 'better',
      detail: { version: 1 },
    });
  }
});

test.each([
  `update audit set reason = 'much better' where seq = 2`,
  'delete from audit where seq = 4',
  'truncate audit cascade',
])('%s is refused, also for the owner of the table and to whoever poses as a replica', async (change) => {
  await expect(fresh.sql(change)).rejects.toThrow('the audit table is append-only');
  await fresh.sql('set session_replication_role = replica');
  await expect(fresh.sql(change)).rejects.toThrow('the audit table is append-only');
  await fresh.sql('reset session_replication_role');
  expect(await fresh.database.audit.verify()).toEqual({ ok: true, rows: 4 });
});

async function rowsOf(): Promise<[AuditRow, AuditRow, AuditRow, AuditRow]> {
  const [first, second, third, fourth] = await fresh.database.audit.list();
  return first && second && third && fourth ? [first, second, third, fourth] : expect.fail('there are not four rows');
}
const insert = (row: AuditRow): Promise<void> => insertAuditRow(fresh.sql, row);

test.each<[string, () => Promise<unknown>, number, string]>([
  [
    'a changed reason',
    () => fresh.sql(`update audit set reason = 'worse' where seq = 2`),
    2,
    'its content was changed',
  ],
  ['a changed name', () => fresh.sql(`update audit set actor = 'eve' where seq = 4`), 4, 'its content was changed'],
  [
    'a time moved by a millisecond',
    () => fresh.sql(`update audit set at = at + interval '1 ms' where seq = 1`),
    1,
    'its content was changed',
  ],
  [
    'a changed detail',
    () => fresh.sql(`update audit set detail = '{"version": 2}' where seq = 3`),
    3,
    'its content was changed',
  ],
  ['a removed first row', () => fresh.sql('delete from audit where seq = 1'), 1, 'row 1 is missing'],
  ['a removed row in the middle', () => fresh.sql('delete from audit where seq = 3'), 3, 'row 3 is missing'],
  ['removed last rows', () => fresh.sql('delete from audit where seq > 2'), 3, 'the rows from 3 to 4 are missing'],
  ['an emptied table', () => fresh.sql('delete from audit'), 1, 'the rows from 1 to 4 are missing'],
  [
    'a row removed and the others renumbered',
    async () => {
      await fresh.sql('delete from audit where seq = 2');
      await fresh.sql('update audit set seq = seq - 1 where seq > 2');
    },
    2,
    'its content was changed',
  ],
  [
    'a row rewritten with the hash that fits it',
    async () => {
      const [first, second] = await rowsOf();
      await fresh.sql('delete from audit where seq = 2');
      await insert(nextRow(first, { ...second, reason: 'worse' }));
    },
    3,
    'it does not follow the row before it',
  ],
  [
    'a row inserted past Forecastle, with the hash that fits it',
    async () => {
      const [, , , fourth] = await rowsOf();
      await insert(nextRow(fourth, { ...fourth, actor: 'eve' }));
    },
    5,
    'it was not appended by Forecastle',
  ],
])('%s is found, with the row and the reason', async (_what, tamper, row, reason) => {
  const { audit } = fresh.database;
  expect(await audit.verify()).toEqual({ ok: true, rows: 4 });
  await asForger(tamper);
  expect(await audit.verify()).toMatchObject({ ok: false, broken: { row, reason } });
});

test('what fails when it is committed leaves neither a champion nor a row or a gap in the record', async () => {
  const { champions, audit } = fresh.database;
  const champion = championOf('shop', 1, '2026-03-02T06:00:00.000Z');
  await fresh.sql(
    `create function refuse() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end $$`,
  );
  await fresh.sql(
    'create constraint trigger refuse after insert on champions initially deferred for each row execute function refuse()',
  );
  await expect(champions.set(champion)).rejects.toThrow('the disk is full');
  await fresh.sql('drop trigger refuse on champions');
  expect(await champions.history('shop')).toEqual([]);
  expect(await audit.verify()).toEqual({ ok: true, rows: 4 });
  await champions.set(champion);
  expect(await audit.verify()).toEqual({ ok: true, rows: 5 });
});
