import { cancellationSignal } from '@temporalio/activity';
import type { DataActivities, FeaturesInput } from '../contracts/data.ts';
import type { Cutoffs, FeatureSpec } from '../contracts/features.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import { type ArtifactStore, type WithScratch } from './artifact-store.ts';
import { publishTable } from './publish-table.ts';
import type { StepRunner } from './step.ts';

export interface FeatureTables {
  buildOriginTable(input: Omit<FeaturesInput, 'context' | 'panel' | 'vectors'> & { panel: readonly string[]; vectors?: string; outFolder: string; signal: AbortSignal }): Promise<{
    table: string;
    spec: FeatureSpec;
    cutoffs: Cutoffs;
    rows: number;
    series: number;
    columns: number;
  }>;
}

export interface FeaturesDeps {
  readonly tables: FeatureTables;
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

const count = (n: number): string => n.toLocaleString('en-GB');

/** Turns a panel into a table of what is known at each origin. */
export function createBuildFeatures({ tables, artifacts, withScratch, steps }: FeaturesDeps): DataActivities['buildFeatures'] {
  return ({ context, panel, vectors, ...input }) =>
  steps.step(
    context,
    {
      activity: 'buildFeatures',
      parameters: { ...input, panel, ...(vectors && { vectors }) },
      note: ({ rows, columns, series }) => `${count(rows)} origins of ${count(series)} series, ${columns} columns`,
    },
    () =>
      withScratch(async (outFolder) => {
        const signal = cancellationSignal();
        const [panelFile, vectorsFile] = await Promise.all([fetchParts(artifacts, panel, signal), vectors && artifacts.fetchFile(vectors, signal)]);
        const built = await tables.buildOriginTable({ ...input, panel: panelFile, ...(vectorsFile !== undefined && { vectors: vectorsFile }), outFolder, signal });
        return {
          table: await publishTable(artifacts, 'features', [{ from: built.cutoffs.final, rows: built.rows, file: built.table }], signal),
          spec: await artifacts.publishJson('features', built.spec),
          cutoffs: built.cutoffs,
          rows: built.rows,
          series: built.series,
          columns: built.columns,
        };
      }),
  );
}
