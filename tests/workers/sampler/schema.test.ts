import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { packageRoot } from '../../../infra/toolchain/paths.ts';
import * as examples from './examples.ts';

const document = z
  .object({ $defs: z.record(z.string(), z.unknown()) })
  .loose()
  .parse(JSON.parse(readFileSync(join(packageRoot, 'contracts', 'sampler.schema.json'), 'utf8')));

function accepts(name: string, payload: unknown): boolean {
  const schema = z.fromJSONSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', $ref: `#/$defs/${name}`, $defs: jsonSchemas() });
  return schema.safeParse(payload).success;
}

/** Without the two conditions that zod doesn't know; Python's side of the tests has them. */
function jsonSchemas(): Record<string, z.core.JSONSchema.BaseSchema> {
  const text = JSON.stringify(document.$defs, (key, value: unknown) => (key === 'if' || key === 'then' ? undefined : value));
  return z.record(z.string(), z.custom<z.core.JSONSchema.BaseSchema>((value) => typeof value === 'object' && value !== null)).parse(JSON.parse(text));
}

describe('what TypeScript sends and expects is what the schema allows', () => {
  test.each([
    ['AskInput', examples.askInput],
    ['AskResult', examples.askResult],
    ['TellInput', examples.tellInput],
    ['TellResult', examples.tellResult],
    ['PruneInput', examples.pruneInput],
    ['PruneResult', examples.pruneResult],
  ])('%s', (name, payload) => {
    expect(accepts(name, payload)).toBe(true);
  });
});

describe('what the types forbid, the schema forbids', () => {
  test.each([
    ['AskInput', { ...examples.askInput, sampler: 'cmaes' }],
    ['AskInput', { ...examples.askInput, numbers: [-1] }],
    ['AskInput', { ...examples.askInput, numbers: ['0'] }],
    ['AskInput', { ...examples.askInput, space: { rate: { flaot: [0, 1] } } }],
    ['AskInput', { ...examples.askInput, space: { rate: { float: [0] } } }],
    ['AskInput', { ...examples.askInput, first: { rate: null } }],
    ['TellInput', { ...examples.tellInput, trials: [{ number: 0, parameters: {}, folds: [null], state: 'complete', value: 1 }] }],
    ['TellInput', { ...examples.tellInput, trials: [{ number: 0, parameters: {}, folds: [], state: 'running' }] }],
    ['PruneInput', { ...examples.pruneInput, pruner: 'hyperband' }],
    ['PruneResult', { stop: ['4'] }],
  ])('%s %#', (name, payload) => {
    expect(accepts(name, payload)).toBe(false);
  });
});
