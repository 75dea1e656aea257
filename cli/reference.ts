import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from 'commander';
import pc from 'picocolors';
import { z } from 'zod';

import { pipelineSchema } from '../contracts/pipeline.schema.ts';
import { packageRoot } from '../infra/toolchain/paths.ts';
import { exampleOf } from './example.ts';
import { commandsBelow, createProgram } from './program.ts';

/** The pages of docs/ that are made from the code: path below the package root → content. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    [join('docs', 'cli.md'), commandReference()],
    [
      join('docs', 'pipeline.schema.json'),
      `${JSON.stringify({ title: 'Forecastle pipeline', ...z.toJSONSchema(pipelineSchema, { io: 'input' }) }, undefined, 2)}\n`,
    ],
  ]);
}

export function writeReference(): void {
  for (const [path, content] of referencePages()) {
    mkdirSync(join(packageRoot, 'docs'), { recursive: true });
    writeFileSync(join(packageRoot, path), content);
  }
}

const exitCodes = `| exit code | means | for instance |
|---|---|---|
| 0 | done | |
| 1 | it failed by itself | a training process died, a run was cancelled, the audit chain is broken, \`status\` finds something not ready |
| 2 | what was given has to change first | wrong usage, an unknown key, a file, column or value that can't be used, no such run, no model weights, a server that does not answer, a port that is taken |
| 3 | refused | by a gate, a validation rule, a role, stale evidence |
| 130 | interrupted by Ctrl-C | a run that was followed goes on |`;

function commandReference(): string {
  const unused = (): never => {
    throw new Error('the reference runs no command');
  };
  const program = createProgram({
    terminal: { out: unused, err: unused, isTTY: false, columns: 80, colors: pc.createColors(false), live: unused },
    env: {},
    connect: unused,
    addresses: unused,
    interruption: unused,
    exitWith: unused,
  });
  const leaves = commandsBelow(program).filter((command) => command.commands.length === 0);
  return (
    [
      '# The command line',
      '<!-- Made from the code by `npm run docs:cli`; edit cli/commands/ instead. -->',
      `${program.description()} Start it with \`npx forecastle COMMAND\`.`,
      `Every command takes these, before or after its own:\n\n${optionTable(program)}`,
      exitCodes,
      'What goes wrong is one line on the error stream: what, where, what to do. With `--json` it is ' +
        '`{"error":{"code","message"}}` on the output instead. Output that nobody reads any more (`| head`) ends a command quietly.',
      ...leaves.map(commandSection),
    ].join('\n\n') + '\n'
  );
}

function commandSection(command: Command): string {
  const name = nameOf(command);
  const rows = command.registeredArguments.map(
    (argument) =>
      `| \`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\` | ${cell(argument.description)} |`,
  );
  const options = command.options.map(
    (option) =>
      `| \`${option.flags}\` | ${cell(option.description)}${option.mandatory ? ' (required)' : ''}${option.defaultValue === undefined ? '' : ` (default ${String(option.defaultValue)})`} |`,
  );
  const parts = [`## ${name}`, command.description()];
  if (rows.length + options.length > 0) parts.push(['| | |', '|---|---|', ...rows, ...options].join('\n'));
  const example = exampleOf(command);
  if (example !== undefined) parts.push(`\`\`\`sh\n${example}\n\`\`\``);
  return parts.join('\n\n');
}

function optionTable(program: Command): string {
  return [
    '| | |',
    '|---|---|',
    ...program.options
      .filter(({ long }) => long !== '--version')
      .map(({ flags, description }) => `| \`${flags}\` | ${cell(description)} |`),
  ].join('\n');
}

function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (process.argv[1] === import.meta.filename) writeReference();
