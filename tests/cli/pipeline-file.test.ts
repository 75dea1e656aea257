import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { parsePipeline, readPipelineFile } from '../../cli/pipeline-file.ts';
import { BadInput, exitCodeOf } from '../../contracts/failure.ts';

const good = `name: shop
task: forecast
sources:
  sales:
    uri: sales.csv
    columns: { series: sku, time: at, target: units }
    filters:
      - { column: sku, rule: matches, pattern: '^\\d' }
frequency: week
horizon: 4
`;

function lineOf(text: string): string {
  try {
    parsePipeline(text, 'p.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    if (!(error instanceof BadInput)) throw error;
    expect(exitCodeOf(error.code)).toBe(2);
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  throw new Error('nothing was refused');
}

test('a short file gets every default', () => {
  expect(parsePipeline(good, 'p.yaml')).toMatchObject({
    name: 'shop',
    evaluate: { folds: 3 },
    search: { trials: { lightgbm: 8, lstm: 2 } },
  });
});

test.each([
  [
    'an unknown key at the top',
    good.replace('horizon: 4', 'horizont: 4\nhorizon: 4'),
    'p.yaml line 10, horizont: unknown key; did you mean "horizon"?',
  ],
  [
    'an unknown key deep inside',
    good.replace('target: units', 'target: units, prise: p'),
    'p.yaml line 6, sources.sales.columns.prise: unknown key; did you mean "price"?',
  ],
  [
    'an unknown key of a rule',
    good.replace("pattern: '^\\d'", "pattern: '^\\d', patern: x"),
    'p.yaml line 8, sources.sales.filters.0.patern: unknown key; did you mean "pattern"?',
  ],
  [
    'an unknown rule',
    good.replace('rule: matches', 'rule: match'),
    'p.yaml line 8, sources.sales.filters.0.rule: "match" is not a known rule; did you mean matches? Allowed are matches, not-matches, in,',
  ],
  ['a missing key', good.replace('horizon: 4\n', ''), 'p.yaml line 1, horizon: is missing: add it (a number)'],
  ['a missing block', good.replace(/sources:[^]*?frequency/, 'frequency'), 'p.yaml line 1, sources: is missing'],
  [
    'a missing choice',
    good.replace('frequency: week\n', ''),
    'p.yaml line 1, frequency: is missing: must be hour, day, week or month, or say where periods begin',
  ],
  [
    'a wrong type',
    good.replace('horizon: 4', 'horizon: four'),
    'p.yaml line 10, horizon: must be a number, not "four"',
  ],
  [
    'a broken number',
    good.replace('horizon: 4', 'horizon: 4.5'),
    'p.yaml line 10, horizon: must be a whole number, not 4.5',
  ],
  [
    'a number out of range',
    good.replace('horizon: 4', 'horizon: 0'),
    'p.yaml line 10, horizon: 0 is too small: at least 1',
  ],
  [
    'text where a block belongs',
    good.replace(/sales:[^]*?frequency/, 'sales: sales.csv\nfrequency'),
    'p.yaml line 4, sources.sales: must be a block of `key: value` lines, not "sales.csv"',
  ],
  [
    'a wrong choice',
    good.replace('frequency: week', 'frequency: weekly'),
    'p.yaml line 9, frequency: "weekly": must be hour, day, week or month, or say where periods begin',
  ],
  [
    'a wrong only choice',
    good.replace('task: forecast', 'task: classify'),
    'p.yaml line 2, task: "classify" is not allowed: allowed is forecast',
  ],
  [
    'a wrong item of a list',
    `${good}models: [lightgbm, prophet]\n`,
    'p.yaml line 11, models.1: "prophet" is not allowed: allowed are seasonal-naive',
  ],
  [
    'a wrong name',
    good.replace('name: shop', 'name: My Shop'),
    'p.yaml line 1, name: "My Shop": lower-case letters, digits and hyphens, 63 at most',
  ],
  ['quantiles that fall', `${good}quantiles: [0.9, 0.1]\n`, 'p.yaml line 11, quantiles: [0.9,0.1]: must increase'],
  [
    'an unknown parameter',
    `${good}search:\n  space:\n    lightgbm:\n      num_leafs: 31\n`,
    'p.yaml line 14, search.space.lightgbm.num_leafs: unknown parameter; did you mean "num_leaves"? Known here: ',
  ],
  [
    'a parameter out of range',
    `${good}search: { space: { lightgbm: { learning_rate: 7 } } }\n`,
    'p.yaml line 11, search.space.lightgbm.learning_rate: 7 is not a number from 0.0001 to 1',
  ],
  [
    'a distribution that is none',
    `${good}search: { space: { lstm: { units: { from: 1 } } } }\n`,
    'p.yaml line 11, search.space.lstm.units: {"from":1} is neither a fixed value nor one of { int: [a, b] }',
  ],
  [
    'a wrong end of a range',
    `${good}search: { space: { lstm: { units: { int: [1, x] } } } }\n`,
    'p.yaml line 11, search.space.lstm.units.int.1: must be a number, not "x"',
  ],
  [
    'a key twice',
    `${good}horizon: 5\n`,
    'p.yaml line 11, column 1: this key stands twice on its level: keep one of them',
  ],
  ['a tab', good.replace('  sales:', '\tsales:'), 'p.yaml line 4, column 1: a tab where YAML wants spaces'],
  ['two documents', `${good}---\nname: x\n`, 'p.yaml line 11, column 1: a second document begins here'],
  [
    'an open bracket',
    good.replace('target: units', 'target: [units'),
    'p.yaml line 6, column 54: not YAML: a `]` is missing before this place',
  ],
  ['an open quote', `${good}models: "lightgbm\n`, 'p.yaml line 12, column 1: not YAML: a closing quote is missing'],
  ['a missing colon', good.replace('task: forecast', 'task forecast'), 'p.yaml line 2, column 1: not `key: value`'],
  ['a crooked block', good.replace('frequency: week', ' frequency: week'), 'p.yaml line 9, column '],
  ['a sign that begins no text', `${good}ensemble: @weighted\n`, 'p.yaml line 11, column 11: this character begins no'],
  [
    'a misspelt key that must be there',
    good.replace('target: units', 'taget: units'),
    'p.yaml line 6, sources.sales.columns.taget: unknown key; did you mean "target"?',
  ],
  ['an empty file', '', 'p.yaml is empty: start with `name:`'],
  ['comments only', '# nothing yet\n', 'p.yaml is empty'],
  ['a list', '- name: shop\n', 'p.yaml line 1: a pipeline is a list of `key: value` lines, not a list of items'],
  ['plain text', 'shop\n', 'p.yaml line 1: a pipeline is a list of `key: value` lines, not plain text'],
])('%s is refused with file, line, key and remedy', (_, text, expected) => {
  expect(lineOf(text)).toContain(expected);
});

test('a file that is not there, and a folder in its place, are told apart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forecastle-yaml-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(() => readPipelineFile(join(folder, 'p.yaml'))).toThrow(/p\.yaml: no such file/);
  expect(() => readPipelineFile(folder)).toThrow(/is a folder/);
  writeFileSync(join(folder, 'p.yaml'), `\uFEFF${good}`);
  expect(readPipelineFile(join(folder, 'p.yaml'))).toMatchObject({ baseFolder: folder, pipeline: { name: 'shop' } });
});
