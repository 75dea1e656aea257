import type { Session } from '../session.ts';
import { numberIn } from '../row-values.ts';

/** Keys that are looked at in one pass; they must fit into memory together. */
const keysPerPass = 4_000_000;

/**
 * Writes the rows that lose their key to another row into the temporary table `lost_rows`: of several rows with one key the one with the
 * highest version stays, then that of the later file, then the later row. A row without a version is older than any other.
 * @param relation SQL of rows with `key, version, rank, row` and whatever else `columns` names
 */
export async function findLostRows(session: Session, { relation, hasVersion, columns }: { readonly relation: string; readonly hasVersion: boolean; readonly columns: readonly string[] }): Promise<void> {
  const { keys } = await session.row(`SELECT count(key) AS keys FROM (${relation})`);
  const passes = Math.max(1, Math.ceil(numberIn({ keys: keys ?? null }, 'keys') / keysPerPass));
  await session.run('CREATE OR REPLACE TEMP TABLE shared_keys (key UUID)');
  for (let pass = 0; pass < passes; pass += 1) {
    // Keys are digests: any of their digits spread them evenly.
    const inPass = passes === 1 ? 'key IS NOT NULL' : `key IS NOT NULL AND hash(key) % ${String(passes)} = ${String(pass)}`;
    await session.run(`INSERT INTO shared_keys SELECT key FROM (${relation}) WHERE ${inPass} GROUP BY key HAVING count(*) > 1`);
  }
  const order = `${hasVersion ? 'version DESC NULLS LAST, ' : ''}rank DESC, row DESC`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE lost_rows AS SELECT ${columns.join(', ')} FROM (${relation}) SEMI JOIN shared_keys USING (key) QUALIFY row_number() OVER (PARTITION BY key ORDER BY ${order}) > 1`);
}
