import { z } from 'zod';

import type { Sql } from './sql.ts';

/** What steps gave, by the digest of what they were given. */
export interface StepCache {
  /** The stored outputs; undefined when this key was never stored. */
  get(key: string): Promise<unknown>;
  /** The outputs that are stored afterwards: the first writer's. Outputs equal to `unusable` give way to the new ones. */
  put(key: string, entry: { readonly step: string; readonly outputs: unknown; readonly unusable?: unknown }): Promise<unknown>;
}

const outputsRow = z.object({ outputs: z.unknown() });

export function createStepCache(sql: Sql): StepCache {
  async function get(key: string): Promise<unknown> {
    return (await sql.maybe(outputsRow, 'select outputs from step_cache where key = $1', [key]))?.outputs;
  }
  return {
    get,
    async put(key, { step, outputs, unusable }) {
      // The column is of type json, which keeps the text as it was written. A null text equals nothing, so nothing is replaced then.
      await sql.run(
        `insert into step_cache (key, step, outputs) values ($1, $2, $3)
         on conflict (key) do update set outputs = excluded.outputs where step_cache.outputs::text = $4::text`,
        [key, step, JSON.stringify(outputs ?? null), unusable === undefined ? null : JSON.stringify(unusable)],
      );
      return get(key);
    },
  };
}
