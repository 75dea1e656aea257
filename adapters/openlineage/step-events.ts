import type { StepDataset, StepEvent, StepEvents } from '../../contracts/step-events.ts';
import { type Dataset, type InputDataset, producer, type RunEvent, runEventSchema } from './event.ts';
import { assertionsFacet, dataSourceFacet, errorFacet, jobTypeFacet, metricsFacet, parentFacet, schemaFacet, versionFacet } from './facets.ts';
import { runUuid } from './run-id.ts';

export interface StepEventsDeps {
  readonly outbox: {
    /** A key that is known already changes nothing. */
    add(entry: { readonly key: string; readonly event: object }): Promise<void>;
  };
  /** Namespace of the jobs. */
  readonly namespace: string;
  readonly now: () => Date;
}

/** Puts a step's begin and end into the outbox, as OpenLineage events; each of them once, whatever the number of attempts. */
export function createStepEvents({ outbox, namespace, now }: StepEventsDeps): StepEvents {
  return {
    async emit(event) {
      const { runId, step } = event.context;
      // One end only: a step that was stopped and then ended all the same keeps what was told first.
      const key = `${runId}/${step}/${event.type === 'START' ? 'start' : 'end'}`;
      await outbox.add({ key, event: runEvent(event, { namespace, at: now() }) });
    },
  };
}

/** Exported for its test. */
export function runEvent({ type, context, inputs, outputs, error }: StepEvent, { namespace, at }: { readonly namespace: string; readonly at: Date }): RunEvent {
  const { runId, pipeline, step } = context;
  const job = `retrain.${pipeline}`;
  return {
    eventType: type,
    eventTime: at.toISOString(),
    producer,
    schemaURL: runEventSchema,
    run: {
      runId: runUuid(`${runId}/${step}`),
      facets: {
        parent: parentFacet({ runId: runUuid(runId), namespace, name: job }),
        ...(error !== undefined && { errorMessage: errorFacet(error) }),
      },
    },
    job: { namespace, name: `${job}.${step}`, facets: { jobType: jobTypeFacet('TASK') } },
    inputs: inputs.map(inputOf),
    outputs: outputs.map(datasetOf),
  };
}

/** OpenLineage names an object by its bucket and its key. */
function datasetOf({ artifact: { uri, sha256 } }: StepDataset): Dataset & { readonly facets: NonNullable<Dataset['facets']> } {
  const [, bucket = uri, key = sha256] = /^([a-z0-9+.-]+:\/\/[^/]+)\/(.+)$/i.exec(uri) ?? [];
  return { namespace: bucket, name: key, facets: { dataSource: dataSourceFacet(bucket), version: versionFacet(sha256) } };
}

function inputOf(dataset: StepDataset): InputDataset {
  const { quality } = dataset;
  const named = datasetOf(dataset);
  if (quality === undefined) return named;
  return {
    ...named,
    facets: { ...named.facets, schema: schemaFacet(quality.metrics) },
    inputFacets: { dataQualityMetrics: metricsFacet(quality.metrics), dataQualityAssertions: assertionsFacet(quality.outcomes) },
  };
}
