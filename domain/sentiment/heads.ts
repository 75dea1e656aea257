import type { SentimentHead } from './sentiment-head.ts';

const heads: readonly SentimentHead[] = [];

/** The shipped classifier for a model's vectors; undefined where there is none. */
export function sentimentHead({ model, dims }: { readonly model: string; readonly dims: number }): SentimentHead | undefined {
  return heads.find((head) => head.model === model && head.weights.length === dims);
}

/** E.g. `all-MiniLM-L6-v2, 18,111 reviews, version 1`. */
export function describeHead({ model, version, provenance: { reviews } }: SentimentHead): string {
  return `${model}, ${String(reviews).replace(/\B(?=(?:\d{3})+$)/g, ',')} reviews, version ${String(version)}`;
}
