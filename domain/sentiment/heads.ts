import { allMinilmL6V2 } from './heads/all-minilm-l6-v2.ts';
import { bgeSmallZhV15 } from './heads/bge-small-zh-v1.5.ts';
import type { SentimentHead } from './sentiment-head.ts';

/** The classifiers that are shipped, one per model at most. */
export const sentimentHeads: readonly SentimentHead[] = [allMinilmL6V2, bgeSmallZhV15];

/** The shipped classifier for a model's vectors; undefined where there is none. */
export function sentimentHead({ model, dims }: { readonly model: string; readonly dims: number }): SentimentHead | undefined {
  return sentimentHeads.find((head) => head.model === model && head.weights.length === dims);
}

/** E.g. `all-MiniLM-L6-v2, 18,111 reviews, version 1`. */
export function describeHead({ model, version, provenance: { reviews } }: SentimentHead): string {
  return `${model}, ${String(reviews).replace(/\B(?=(?:\d{3})+$)/g, ',')} reviews, version ${String(version)}`;
}
