import type { Session } from '../session.ts';
import { numberIn } from '../row-values.ts';

/** Keys that are looked at in one pass; they must fit into memory together. */
const keysPerPass = 4_000_000;

/** Names of tables: keys that several rows have, and rows that lose their key to another one. */
const sharedKeys = 'shared_keys';

/**
 * Writes the keys that stand in the relation more than once into the temporary table `shared_keys`, and with `beside` those that stand in
 * both relations: a file that is much larger than all others is then read through once, and never held.
 * @param relation SQL of rows with `key`
 */
export async function findSharedKeys(session: Session, relation: string, beside?: string): Promise<void> {
  const { keys } = await session.row(`SELECT count(key) AS keys FROM (${relation})`);
  const passes = Math.max(1, Math.ceil(numberIn({ keys: keys ?? null }, 'keys') / keysPerPass));
  await session.run(`CREATE OR REPLACE TEMP TABLE ${sharedKeys} (key UUID)`);
  for (let pass = 0; pass < passes; pass += 1) {
    // Keys are digests: any of their digits spread them evenly.
    const inPass = passes === 1 ? 'key IS NOT NULL' : `key IS NOT NULL AND hash(key) % ${String(passes)} = ${String(pass)}`;
    await session.run(`INSERT INTO ${sharedKeys} SELECT key FROM (${relation}) WHERE ${inPass} GROUP BY key HAVING count(*) > 1`);
    if (beside !== undefined) await session.run(`INSERT INTO ${sharedKeys} SELECT DISTINCT key FROM (SELECT key FROM (${beside}) WHERE ${inPass}) SEMI JOIN (SELECT key FROM (${relation}) WHERE ${inPass}) USING (key)`);
  }
}

export interface LostRows {
  /** SQL of rows with `key, version, rank, row` and whatever else `columns` names. */
  readonly relation: string;
  readonly hasVersion: boolean;
  readonly columns: readonly string[];
}

/**
 * Writes the rows that lose their key to another row into the temporary table `lost_rows`: of several rows with one of the shared keys the
 * one with the highest version stays, then that of the later file, then the later row. A row without a version is older than any other.
 */
export async function findLostRows(session: Session, { relation, hasVersion, columns }: LostRows): Promise<void> {
  const { shared } = await session.row(`SELECT count(*) AS shared FROM ${sharedKeys}`);
  const order = `${hasVersion ? 'version DESC NULLS LAST, ' : ''}rank DESC, row DESC`;
  // Where no key is shared, nothing is looked at again.
  const found = shared === 0 ? `SELECT * FROM (${relation}) LIMIT 0` : `SELECT * FROM (${relation}) SEMI JOIN ${sharedKeys} USING (key)`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE lost_rows AS SELECT ${columns.join(', ')} FROM (${found}) QUALIFY row_number() OVER (PARTITION BY key ORDER BY ${order}) > 1`);
}
