import type { RuleOutcome, SalesMetrics } from '../../contracts/data.ts';
import { type Facet, producer } from './event.ts';

/** Versions of the published facets that we fill in. */
const schemas = {
  DataQualityAssertionsDatasetFacet: '1-1-0',
  DataQualityMetricsInputDatasetFacet: '1-0-3',
  DatasourceDatasetFacet: '1-0-1',
  DatasetVersionDatasetFacet: '1-0-1',
  ErrorMessageRunFacet: '1-0-1',
  JobTypeJobFacet: '2-0-4',
  ParentRunFacet: '1-2-0',
  SchemaDatasetFacet: '1-2-0',
} as const;

function facet<T extends object>(name: keyof typeof schemas, content: T): Facet & T {
  return { _producer: producer, _schemaURL: `https://openlineage.io/spec/facets/${schemas[name]}/${name}.json#/$defs/${name}`, ...content };
}

/** What the rules found. A severity of `block` is OpenLineage's `error`. */
export function assertionsFacet(outcomes: readonly RuleOutcome[]) {
  return facet('DataQualityAssertionsDatasetFacet', {
    assertions: outcomes.map(({ kind, rule, column, severity, holds, found, broken, rows }) => ({
      assertion: kind.replaceAll('-', '_'),
      success: holds,
      // Rules over several columns are about the whole.
      ...(column !== undefined && !column.includes(',') && { column }),
      severity: severity === 'block' ? 'error' : 'warn',
      name: rule,
      actual: found,
      params: { broken, rows },
    })),
  });
}

export function metricsFacet({ rows, columns }: SalesMetrics) {
  return facet('DataQualityMetricsInputDatasetFacet', {
    rowCount: rows,
    columnMetrics: Object.fromEntries(Object.entries(columns).map(([name, { type: _, ...figures }]) => [name, figures])),
  });
}

export function schemaFacet({ columns }: SalesMetrics) {
  return facet('SchemaDatasetFacet', { fields: Object.entries(columns).map(([name, { type }]) => ({ name, type })) });
}

/** Where the dataset lies: its bucket. */
export function dataSourceFacet(bucket: string) {
  return facet('DatasourceDatasetFacet', { name: bucket, uri: bucket });
}

export function versionFacet(sha256: string) {
  return facet('DatasetVersionDatasetFacet', { datasetVersion: sha256 });
}

export function parentFacet(run: { readonly runId: string; readonly namespace: string; readonly name: string }) {
  return facet('ParentRunFacet', { run: { runId: run.runId }, job: { namespace: run.namespace, name: run.name } });
}

export function errorFacet(message: string) {
  return facet('ErrorMessageRunFacet', { message, programmingLanguage: 'TypeScript' });
}

export function jobTypeFacet(jobType: 'DAG' | 'TASK') {
  return facet('JobTypeJobFacet', { processingType: 'BATCH', integration: 'FORECASTLE', jobType });
}
