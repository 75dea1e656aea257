import pc from 'picocolors';
import { expect, test } from 'vitest';

import { renderLineage } from '../../cli/render/lineage.ts';
import type { Lineage } from '../../contracts/http-lineage.schema.ts';

type Node = Lineage['start'];

/** `artifact a < run r (fit)`, one a line. */
function lineageOf(text: string, notes: Lineage['notes'] = []): Lineage {
  const node = (words: string): Node => {
    const [kind = '', id = ''] = words.trim().split(' ');
    return { kind: kind as Node['kind'], id };
  };
  const edges = text
    .trim()
    .split('\n')
    .map((line) => {
      const [, output = '', input = '', by = ''] = /(.+) < (.+) \((.+)\)/.exec(line) ?? [];
      return { output: node(output), input: node(input), runId: 'run-1', by };
    });
  const start = edges[0]?.output;
  if (start === undefined) throw new Error('no edge');
  return { start, direction: 'up', edges, notes };
}

const drawn = (lineage: Lineage, columns = 80): string => renderLineage(lineage, columns, pc.createColors(false));

test('what another branch leads to anyway is left out', () => {
  expect(
    drawn(
      lineageOf(`
        candidate c < artifact report (register)
        candidate c < artifact model (register)
        artifact report < artifact model (evaluate)
        artifact model < run r (fit)
        candidate c < run r (register)`),
    ),
  ).toBe(
    ['candidate c', '└─ artifact report (register)', '   └─ artifact model (evaluate)', '      └─ run r (fit)'].join(
      '\n',
    ),
  );
});

test('alike artifacts share a line, and the same thing of two runs is there once', () => {
  expect(
    drawn(
      lineageOf(
        `
        candidate c < artifact a (register)
        candidate c < artifact b (register)
        candidate c < artifact d (register)
        artifact a < run r (fit)
        artifact a < run r (fit)
        artifact b < run r (fit)
        artifact d < run r (evaluate)`,
        [
          { kind: 'artifact', id: 'a', text: 'model of lightgbm' },
          { kind: 'artifact', id: 'b', text: 'model of lightgbm' },
          { kind: 'artifact', id: 'd', text: 'evaluation report' },
          { kind: 'run', id: 'r', text: 'done, by ana' },
        ],
      ),
    ),
  ).toBe(
    [
      'candidate c',
      '├─ artifact a and 1 more: model of lightgbm (register)',
      '│  └─ run r: done, by ana (fit)',
      '└─ artifact d: evaluation report (register)',
      '   └─ run r: done, by ana (evaluate)',
    ].join('\n'),
  );
});

test('what stands in several places is drawn out once, decisions before files, no line wider than the screen', () => {
  const text = drawn(
    lineageOf(
      `
      proposal p < candidate c (propose)
      proposal p < decision p/ana (decide)
      candidate c < artifact a (register)
      candidate c < artifact b (register)
      artifact a < snapshot s (clean)
      artifact b < snapshot s (features)
      snapshot s < source ./data/orders.csv#sha256=${'3'.repeat(64)} (ingest)`,
      [
        { kind: 'decision', id: 'p/ana', text: `approve: ${'because '.repeat(30)}` },
        { kind: 'artifact', id: 'a', text: 'panel' },
      ],
    ),
    60,
  );
  expect(text.split('\n')).toEqual([
    'proposal p',
    '├─ decision p/ana: approve: because because becaus… (decide)',
    '└─ candidate c (propose)',
    '   ├─ artifact a: panel (register)',
    '   │  └─ snapshot s (clean)',
    '   │     └─ source ./data/orders.csv (sha256 33333… (ingest)',
    '   └─ artifact b (register)',
    '      └─ snapshot s ↑ (features)',
  ]);
});
