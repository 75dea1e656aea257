import { z } from 'zod';

// What the published JSON schemas of OpenLineage ask for (OpenLineage.json 2-0-2 and its facets), written out by hand: required fields,
// types and formats. Strict where ours must not hold anything that the schema does not name.

const schemaUrl = (name: string, version: string) => z.literal(`https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`);
const facet = <T extends z.ZodRawShape>(name: string, version: string, shape: T) => z.strictObject({ _producer: z.string().regex(/^[a-z][a-z0-9+.-]*:/), _schemaURL: schemaUrl(name, version), ...shape });
const jobName = z.strictObject({ namespace: z.string(), name: z.string() });

const dataset = {
  namespace: z.string(),
  name: z.string(),
  facets: z.strictObject({
    dataSource: facet('DatasourceDatasetFacet', '1-0-1', { name: z.string(), uri: z.url() }),
    version: facet('DatasetVersionDatasetFacet', '1-0-1', { datasetVersion: z.string() }),
    schema: facet('SchemaDatasetFacet', '1-2-0', { fields: z.array(z.strictObject({ name: z.string(), type: z.string() })) }).optional(),
  }),
};

const assertion = z.strictObject({
  assertion: z.string(), success: z.boolean(), column: z.string().optional(), severity: z.enum(['error', 'warn']), name: z.string(), actual: z.string(),
  params: z.record(z.string(), z.unknown()),
});
const columnMetrics = z.strictObject({ nullCount: z.int(), distinctCount: z.int().optional(), sum: z.number().optional(), count: z.number(), min: z.number().optional(), max: z.number().optional() });

export const runEventShape = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime({ offset: true }),
  producer: z.string().regex(/^[a-z][a-z0-9+.-]*:/),
  schemaURL: z.literal('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'),
  run: z.strictObject({
    runId: z.uuid(),
    facets: z.strictObject({
      parent: facet('ParentRunFacet', '1-2-0', { run: z.strictObject({ runId: z.uuid() }), job: jobName }),
      errorMessage: facet('ErrorMessageRunFacet', '1-0-1', { message: z.string(), programmingLanguage: z.string() }).optional(),
    }),
  }),
  job: jobName.extend({ facets: z.strictObject({ jobType: facet('JobTypeJobFacet', '2-0-4', { processingType: z.string(), integration: z.string(), jobType: z.string() }) }) }),
  inputs: z.array(
    z.strictObject({
      ...dataset,
      inputFacets: z
        .strictObject({
          dataQualityMetrics: facet('DataQualityMetricsInputDatasetFacet', '1-0-3', { rowCount: z.int(), columnMetrics: z.record(z.string(), columnMetrics) }),
          dataQualityAssertions: facet('DataQualityAssertionsDatasetFacet', '1-1-0', { assertions: z.array(assertion) }),
        })
        .optional(),
    }),
  ),
  outputs: z.array(z.strictObject(dataset)),
});
