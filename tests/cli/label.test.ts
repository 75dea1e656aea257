import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command } from 'commander';
import pc from 'picocolors';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { addLabelCommand } from '../../cli/commands/label.ts';
import type { CliDependencies } from '../../cli/session.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-label-'));
  const orders = Array.from({ length: 60 }, (_, i) => `${String(i)},c${String(i % 7)},2024-01-${String(1 + (i % 30)).padStart(2, '0')},2`);
  writeFileSync(join(folder, 'orders.csv'), ['invoice,customer,day,units', ...orders].join('\n'));
  const head = 'name: shop\ntask: forecast\nsources:\n  sales:\n    uri: orders.csv\n    columns: { series: invoice, time: day, target: units }\nfrequency: day\nhorizon: 7\n';
  writeFileSync(join(folder, 'plain.yaml'), head);
  writeFileSync(join(folder, 'shop.yaml'), `${head}labels:\n  rule: event-within\n  entity: customer\n  within: 3d\n  cutoffs: { every: 5d, from: 2024-01-05 }\n`);
});
afterAll(() => { rmSync(folder, { recursive: true }); });

async function label(...words: readonly string[]): Promise<string> {
  let printed = '';
  const never = () => { throw new Error('nothing here needs a server'); };
  const dependencies: CliDependencies = {
    terminal: { out: (text) => { printed += text; }, err: () => undefined, isTTY: false, columns: 80, colors: pc.createColors(false), live: () => undefined },
    env: {}, connect: never, addresses: never, interruption: () => new AbortController().signal, exitWith: () => undefined,
  };
  const program = new Command('forecastle').option('--json').exitOverride();
  addLabelCommand(program.command('dataset'), dependencies);
  await program.parseAsync(words, { from: 'user' });
  return printed;
}

test('labels are derived here and now, without a server, and told in a few lines or as JSON', async () => {
  const out = join(folder, 'labels.csv');
  expect(await label('dataset', 'label', join(folder, 'shop.yaml'), '--out', out)).toMatch(
    /labels\.csv: 42 rows of 7 entities \(customer\), 6 cutoffs from 2024-01-05 to 2024-01-30\nevent-within 3d: an event follows in \d+ of 35 rows \([\d.]+ %\)\n7 rows have no label: the data end on 2024-01-30, before their days do/,
  );
  expect(readFileSync(out, 'utf8').split('\n')[0]).toBe('entity,cutoff,label,event,observed_days,complete');
  const answer: unknown = JSON.parse(await label('--json', 'dataset', 'label', join(folder, 'shop.yaml'), '--out', out));
  expect(answer).toMatchObject({ file: out, entities: 7, cutoffs: 6, sourceRows: 60, withoutEntity: 0 });
});

test.each([
  ['a pipeline without labels', 'plain.yaml', 'labels.csv', /has no section `labels`: say entity, rule and within/],
  ['another format', 'shop.yaml', 'labels.xlsx', /must end in \.parquet or \.csv/],
  ['a folder that is not there', 'shop.yaml', 'nowhere/labels.csv', /its folder does not exist/],
])('%s is refused in one line', async (_, file, out, message) => {
  await expect(label('dataset', 'label', join(folder, file), '--out', join(folder, out))).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(message) as string });
});
