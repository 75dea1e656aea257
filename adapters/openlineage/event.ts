// Events of OpenLineage 2-0-2, as far as we send them.

/** Every facet says who wrote it and by which schema. */
export interface Facet {
  readonly _producer: string;
  readonly _schemaURL: string;
}

export interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Readonly<Record<string, Facet>>;
}

export interface InputDataset extends Dataset {
  readonly inputFacets?: Readonly<Record<string, Facet>>;
}

export interface RunEvent {
  readonly eventType: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets?: Readonly<Record<string, Facet>> };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets?: Readonly<Record<string, Facet>> };
  readonly inputs: readonly InputDataset[];
  readonly outputs: readonly Dataset[];
}

/** Names the program; a version would make equal events differ. */
export const producer = 'urn:forecastle';
export const runEventSchema = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
