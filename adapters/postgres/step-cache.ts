import { z } from 'zod';

import type { Sql } from './sql.ts';

/** What steps gave, by the digest of what they were given. */
export interface StepCache {
  /** The stored outputs; undefined when this key was never stored. */
  get(key: string): Promise<unknown>;
  /** The outputs that are stored afterwards: the first writer's. */
  put(key: string, entry: { readonly step: string; readonly outputs: unknown }): Promise<unknown>;
}

const outputsRow = z.object({ outputs: z.unknown() });

export function createStepCache(sql: Sql): StepCache {
  async function get(key: string): Promise<unknown> {
    return (await sql.maybe(outputsRow, 'select outputs from step_cache where key = $1', [key]))?.outputs;
  }
  return {
    get,
    async put(key, { step, outputs }) {
      await sql.run('insert into step_cache (key, step, outputs) values ($1, $2, $3) on conflict (key) do nothing', [
        key, step, JSON.stringify(outputs ?? null),
      ]);
      return get(key);
    },
  };
}
