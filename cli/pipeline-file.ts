import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

import { distance } from 'fastest-levenshtein';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

import { BadInput } from '../contracts/failure.ts';
import { pipelineSchema } from '../contracts/pipeline.schema.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { resolveSpace } from '../domain/search-spaces.ts';
import { explainIssue } from './pipeline-issue.ts';
import type { Path } from './pipeline-issue.ts';

export interface PipelineFile {
  readonly pipeline: Pipeline;
  /** Absolute folder of the file; relative addresses in it start there. */
  readonly baseFolder: string;
}

/** @throws BadInput with one line: file, line, key, what is wrong, what is allowed */
export function readPipelineFile(file: string): PipelineFile {
  const shown = relative(process.cwd(), file).startsWith('..') ? file : relative(process.cwd(), file) || file;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT')
      throw new BadInput(`${shown}: no such file: name an existing pipeline file`, { cause: error });
    if (code === 'EISDIR') throw new BadInput(`${shown} is a folder: name the pipeline file in it`, { cause: error });
    throw new BadInput(`${shown} can't be read (${String(code ?? error)}): check its permissions`, { cause: error });
  }
  return { pipeline: parsePipeline(text, shown), baseFolder: dirname(resolve(file)) };
}

/** @param shown the file's name in messages */
export function parsePipeline(text: string, shown: string): Pipeline {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new BadInput(`${shown} line ${line}, column ${col}: ${yamlFault(fault.code, fault.message)}`);
  }
  const value = toPlain(document, shown);
  if (value === null || value === undefined)
    throw new BadInput(
      `${shown} is empty: start with \`name:\`, \`task: forecast\`, \`sources:\`, \`frequency:\`, \`horizon:\``,
    );
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new BadInput(
      `${shown} line 1: a pipeline is a list of \`key: value\` lines, not ${Array.isArray(value) ? 'a list of items' : 'plain text'}`,
    );
  }
  const parsed = pipelineSchema.safeParse(value);
  if (!parsed.success) {
    // A misspelt key is an unknown one and a missing one at once: the unknown one says what to mend.
    const { issues } = parsed.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    if (issue === undefined) throw new BadInput(`${shown}: not a pipeline`);
    const { path, message } = explainIssue(issue, value);
    throw new BadInput(
      `${shown} line ${lineOf(document, lines, path)}${path.length === 0 ? '' : `, ${path.join('.')}`}: ${message}`,
    );
  }
  for (const family of ['lightgbm', 'lstm'] as const) {
    const [problem] = resolveSpace(family, parsed.data.search.space[family]).problems;
    if (problem === undefined) continue;
    const name = problem.slice(0, problem.indexOf(':')).split('.');
    throw new BadInput(`${shown} line ${lineOf(document, lines, name)}, ${withNearest(problem, name.at(-1) ?? '')}`);
  }
  return parsed.data;
}

/** Adds the nearest right name to a problem that lists the known ones. */
function withNearest(problem: string, given: string): string {
  const known = /; known are (.+)$/.exec(problem)?.[1]?.split(', ') ?? [];
  const nearest = nearestName(given, known, distance);
  return known.length === 0 ? problem : problem.replace('; known are ', `; ${nearest === undefined ? 'k' : `did you mean "${nearest}"? K`}nown here: `);
}

function toPlain(document: Document.Parsed, shown: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new BadInput(
      `${shown}: ${error instanceof Error ? error.message : String(error)}: write the values out instead of anchors and aliases`,
      { cause: error },
    );
  }
}

/** Line of the key at this path, or of the nearest thing above it that is in the file. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const position = positionOf(document, path.slice(0, depth));
    if (position !== undefined) return lines.linePos(position).line;
  }
  return 1;
}

function positionOf(document: Document.Parsed, path: Path): number | undefined {
  const last = path.at(-1);
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (typeof parent !== 'object' || parent === null || !('items' in parent) || !Array.isArray(parent.items))
    return undefined;
  const items: readonly unknown[] = parent.items;
  if (typeof last === 'number') return startOf(items[last]);
  for (const item of items) {
    if (typeof item !== 'object' || item === null || !('key' in item)) continue;
    const { key } = item;
    if (typeof key === 'object' && key !== null && 'value' in key && String(key.value) === last) return startOf(key);
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : undefined;
}

function yamlFault(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key stands twice on its level: keep one of them';
    case 'TAB_AS_INDENT':
      return 'a tab where YAML wants spaces: indent with spaces';
    case 'MULTIPLE_DOCS':
      return 'a second document begins here (`---`): one file is one pipeline';
    case 'BAD_INDENT': {
      const bracket = /end with a ([\]}])/.exec(message)?.[1];
      if (bracket !== undefined) return `not YAML: a \`${bracket}\` is missing before this place`;
      return 'the indentation does not fit the lines above: keys of one block begin in one column';
    }
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'not `key: value`: a colon is missing after a key, or a text with a colon wants quotes';
    case 'BAD_SCALAR_START':
      return 'this character begins no plain text in YAML: put the text in quotes';
    case 'MISSING_CHAR':
      return /quote/.test(message) ? 'not YAML: a closing quote is missing before this place' : `not YAML: ${message}`;
    default:
      return `not YAML: ${message.replace(/\s+/g, ' ').replace(/\.$/, '')}`;
  }
}
