import { cancellationSignal } from '@temporalio/activity';
import type { CleanInput, DataActivities } from '../contracts/data.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import { type ArtifactStore, type WithScratch } from './artifact-store.ts';
import { publishTable } from './publish-table.ts';
import type { StepRunner } from './step.ts';

export interface CleanTables {
  clean(input: Omit<CleanInput, 'context' | 'snapshot'> & { sales: readonly string[]; outFolder: string; signal: AbortSignal }): Promise<{
    panel: string;
    report: unknown;
    series: number;
    periods: number;
    filled: number;
    outliers: number;
    droppedRows: number;
    from: string;
    to: string;
  }>;
}

export interface CleanDeps {
  readonly tables: CleanTables;
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

const count = (n: number): string => n.toLocaleString('en-GB');

/** Turns a snapshot's rows into the regular grid. */
export function createClean({ tables, artifacts, withScratch, steps }: CleanDeps): DataActivities['clean'] {
  return ({ context, snapshot, ...input }) => {
  const { top: _top, minHistory: _minHistory, ...cleaning } = input.cleaning;
  return steps.step(
    context,
    {
      activity: 'clean',
      parameters: { ...input, cleaning, sales: snapshot.sales },
      note: ({ series, periods, filled, outliers }) => `${count(series)} series × ${periods} periods, ${count(filled)} filled, ${count(outliers)} outliers`,
    },
    () =>
      withScratch(async (outFolder) => {
        const signal = cancellationSignal();
        const sales = await fetchParts(artifacts, snapshot.sales, signal);
        const { panel, report, ...facts } = await tables.clean({ ...input, sales, outFolder, signal });
        return { ...facts, panel: await publishTable(artifacts, 'primary', [{ from: facts.from, rows: facts.series * facts.periods, file: panel }], signal), report: await artifacts.publishJson('reports', report), madeParts: 1, parts: 1 };
      }),
  );
};
}
