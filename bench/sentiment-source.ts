import type { SentimentHead } from '../domain/sentiment/sentiment-head.ts';

const weightsPerLine = 12;

/** A head as the TypeScript file that ships it, relative to the package. */
export function headSource({ weights, ...head }: SentimentHead): { readonly file: string; readonly source: string } {
  const file = `domain/sentiment/heads/${head.model.toLowerCase()}.ts`;
  const name = head.model.toLowerCase().replace(/[^a-z0-9]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const { encoder, reviews, sets, note } = head.provenance;
  const lines: string[] = [];
  for (let start = 0; start < weights.length; start += weightsPerLine) lines.push(`    ${weights.slice(start, start + weightsPerLine).join(', ')},`);
  const source = `import type { SentimentHead } from '../sentiment-head.ts';

/** Written by \`npm run train:sentiment\`. */
export const ${name}: SentimentHead = {
  model: ${quoted(head.model)},
  version: ${String(head.version)},
  provenance: {
    encoder: ${quoted(encoder)},
    reviews: ${String(reviews)},
    sets: [
${sets.map((set) => `      { name: ${quoted(set.name)}, language: ${quoted(set.language)}, label: ${quoted(set.label)}, learnt: ${String(set.learnt)}, heldOut: ${String(set.heldOut)}, accuracy: ${String(set.accuracy)}, auc: ${String(set.auc)} },`).join('\n')}
    ],
    note: ${quoted(note)},
  },
  bias: ${String(head.bias)},
  weights: [
${lines.join('\n')}
  ],
};
`;
  return { file, source };
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
