import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import pc from 'picocolors';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { exampleOf } from '../../cli/example.ts';
import { commandsBelow, createProgram } from '../../cli/program.ts';
import { referencePages } from '../../cli/reference.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';

test.each([...referencePages()])('%s is what the code says (`npm run docs:cli` writes it)', (path, content) => {
  expect(readFileSync(join(packageRoot, path), 'utf8')).toBe(content);
});

test('every command has a description, an example and the common options, within 80 columns', () => {
  let help = '';
  const program = createProgram({
    terminal: {
      out: (text) => (help += text),
      err: () => undefined,
      isTTY: false,
      columns: 80,
      colors: pc.createColors(false),
      live: () => undefined,
    },
    env: {},
    connect: () => {
      throw new Error('not here');
    },
    addresses: () => ({}),
    interruption: () => new AbortController().signal,
    exitWith: () => undefined,
  });
  const leaves = commandsBelow(program).filter((command) => command.commands.length === 0);
  expect(leaves.length).toBeGreaterThan(20);
  for (const command of leaves) {
    expect(command.description(), command.name()).not.toBe('');
    expect(exampleOf(command), command.name()).toMatch(/^(npx forecastle|npm start)/);
  }
  for (const command of [program, ...commandsBelow(program)]) {
    help = '';
    command.outputHelp();
    expect(help, command.name()).toMatch(/\nExample:\n {2}\$ (npx forecastle|npm start)/);
    expect(help, command.name()).toContain('--json');
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
});

test('the published schema takes the short file that editors will see most', () => {
  const published = z
    .object({ required: z.array(z.string()), additionalProperties: z.literal(false) })
    .parse(JSON.parse(referencePages().get(join('docs', 'pipeline.schema.json')) ?? ''));
  expect(published.required.toSorted()).toEqual(['frequency', 'horizon', 'name', 'sources', 'task']);
});
