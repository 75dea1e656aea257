import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../infra/toolchain/paths.ts';

const folder = join(packageRoot, 'bench', 'results');
const scores = z.object({ wape: z.number(), wql: z.number().optional(), mase: z.number(), bias: z.number() });
const resultsSchema = z.object({
  benchmark: z.string(),
  date: z.iso.date(),
  machine: z.object({ cpu: z.string(), cores: z.number() }),
  bars: z.array(z.object({ name: z.string(), figure: z.number(), atMost: z.number(), met: z.literal(true) })).min(1),
  /** Model → scores, where models were scored. */
  mean: z.record(z.string(), scores).optional(),
});

describe.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('the committed results %s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const results = resultsSchema.parse(JSON.parse(text));

  test('meet their bars', () => {
    for (const { figure, atMost } of results.bars) expect(figure).toBeLessThanOrEqual(atMost);
  });

  test('are what docs/benchmarks.md shows', () => {
    const docs = readFileSync(join(packageRoot, 'docs', 'benchmarks.md'), 'utf8');
    const shown = (value: number): string => value.toFixed(3).replace('0.', '.');
    for (const [model, { wape, wql }] of Object.entries(results.mean ?? {})) {
      const row = `| ${model} | ${shown(wape)} | ${wql === undefined ? '–' : shown(wql)} |`;
      expect(docs).toContain(row);
    }
    for (const { name: bar, figure } of results.bars) expect(docs).toContain(results.mean ? shown(figure) : `| ${bar} | ${figure} `);
  });

  test('name no folder of the machine they were made on', () => {
    expect(text).not.toMatch(/"[^"]*\/(home|root|tmp|work|Users)\//);
  });
});
