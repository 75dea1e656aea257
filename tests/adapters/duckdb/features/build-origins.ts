import { mkdir } from 'node:fs/promises';

import type { Duckdb } from '../../../../adapters/duckdb/create-duckdb.ts';
import type { OriginPlan, OriginPlanRequest } from '../../../../adapters/duckdb/features/plan-origins.ts';
import type { FeatureSpec } from '../../../../contracts/features.ts';

export interface BuiltOrigins extends OriginPlan {
  /** Paths of the parts, oldest first. */
  readonly table: readonly string[];
  readonly spec: FeatureSpec;
  readonly rows: number;
}

/** All parts of an origin table, or those whose numbers are given. */
export async function buildOrigins(duckdb: Duckdb, { outFolder, only, ...request }: OriginPlanRequest & { readonly outFolder: string; readonly only?: readonly number[] }): Promise<BuiltOrigins> {
  const planned = await duckdb.planOrigins(request);
  await mkdir(outFolder, { recursive: true });
  const maker = duckdb.originParts({ ...planned, panel: request.panel, outFolder });
  const made: { file: string; rows: number }[] = [];
  for (const [number, span] of planned.spans.entries()) if (only?.includes(number) ?? true) made.push(await maker.make(span));
  const { frequency, horizon, shared, perStep, sequence, statics } = planned.plan;
  return { ...planned, spec: { frequency, horizon, shared, perStep, sequence, statics }, table: made.map(({ file }) => file), rows: made.reduce((sum, { rows }) => sum + rows, 0) };
}
