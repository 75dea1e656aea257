import { cancellationSignal } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';
import { type PartProfile, type ProductsProfile, salesMeaning, type SalesMeaning, type TableProfile } from '../contracts/profile.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { StepRunner } from './step.ts';

export interface ProfileTables {
  profilePart(request: { file: string; frequency: Pipeline['frequency']; signal: AbortSignal }): Promise<PartProfile>;
  /** What the tables beside the sales hold; paths, absent where the snapshot has no such table. */
  profileProducts(request: BesideSales & { signal: AbortSignal }): Promise<ProductsProfile>;
  mergeProfiles(parts: readonly PartProfile[], facts: { frequency: Pipeline['frequency']; series: number; meaning: SalesMeaning }): TableProfile;
}

/** Paths of the tables beside the sales. */
export interface BesideSales {
  readonly texts?: string;
  readonly media?: string;
  readonly statics?: string;
  readonly reviews?: string;
}

export interface ProfileSalesDeps {
  readonly tables: ProfileTables;
  readonly artifacts: Pick<ArtifactStore, 'fetchFile' | 'publishJson' | 'readJson'>;
  readonly steps: Pick<StepRunner, 'once'>;
}

export interface ProfiledSales {
  /** The parts of the sales table, oldest first. */
  readonly parts: readonly ArtifactRef[];
  readonly beside: BesideSales;
  readonly sources: Pipeline['sources'];
  readonly frequency: Pipeline['frequency'];
  /** Distinct kept series. */
  readonly series: number;
}

/** The profile of a sales table as an artifact. Each part is looked at once, ever: after new rows only the parts that changed are. */
export async function profileSales({ tables, artifacts, steps }: ProfileSalesDeps, { parts, beside, sources, frequency, series }: ProfiledSales): Promise<ArtifactRef> {
  const signal = cancellationSignal();
  const profiles: PartProfile[] = [];
  for (const part of parts) {
    const { value } = await steps.once('profilePart', { part, frequency }, async () =>
      artifacts.publishJson('reports', await tables.profilePart({ file: await artifacts.fetchFile(part, signal), frequency, signal })),
    );
    // Our own JSON, its digest checked.
    profiles.push((await artifacts.readJson(value)) as PartProfile);
  }
  const products = Object.keys(beside).length === 0 ? undefined : await tables.profileProducts({ ...beside, signal });
  return artifacts.publishJson('reports', { ...tables.mergeProfiles(profiles, { frequency, series, meaning: salesMeaning(sources) }), ...(products && { products }) });
}
