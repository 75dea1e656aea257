import { distance } from 'fastest-levenshtein';
import { z } from 'zod';

import { pipelineSchema } from '../contracts/pipeline.schema.ts';
import { nearestName } from '../domain/nearest-name.ts';

export type Path = readonly (string | number)[];

export interface Explained {
  readonly path: Path;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** What is wrong, in words: the nearest right name for a wrong key, what is allowed for a wrong value. */
export function explainIssue(issue: Issue, whole: unknown): Explained {
  const path = pathOf(issue);
  const given = valueAt(whole, path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const [key = ''] = issue.keys;
      const known = knownKeys(path, whole);
      const nearest = nearestName(key, known, distance);
      const hint = known.length === 0 ? 'it takes no keys' : `${nearest === undefined ? 'k' : `did you mean "${nearest}"? K`}nown here: ${known.join(', ')}`;
      return { path: [...path, key], message: `unknown key; ${hint}` };
    }
    case 'invalid_type':
      if (given === undefined) return { path, message: `is missing: add it (${wanted(issue.expected)})` };
      return { path, message: `must be ${wanted(issue.expected)}, not ${shown(given)}` };
    case 'invalid_value': {
      if (given === undefined)
        return { path, message: `is missing: allowed ${isOne(issue.values)} ${listed(issue.values)}` };
      const nearest = typeof given === 'string' && issue.values.length > 1 ? nearestName(given, issue.values.map(String), distance) : undefined;
      const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      return {
        path,
        message: `${shown(given)} is not allowed: allowed ${isOne(issue.values)} ${listed(issue.values)}${hint}`,
      };
    }
    case 'invalid_union':
      return explainUnion(issue, path, given, whole);
    case 'too_small':
      return {
        path,
        message: `${shown(given)} is too small: ${issue.inclusive === false ? 'more than' : 'at least'} ${bound(issue.minimum, issue.origin)}`,
      };
    case 'too_big':
      return {
        path,
        message: `${shown(given)} is too large: ${issue.inclusive === false ? 'less than' : 'at most'} ${bound(issue.maximum, issue.origin)}`,
      };
    case 'invalid_format':
    case 'custom':
      return { path, message: `${shown(given)}: ${issue.message}` };
    default:
      return { path, message: issue.message };
  }
}

function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  given: unknown,
  whole: unknown,
): Explained {
  if (issue.discriminator !== undefined) {
    const rules = discriminators(path, whole);
    const at = path.at(-1) === issue.discriminator ? path : [...path, issue.discriminator];
    const rule = valueAt(whole, at);
    const nearest = rule === undefined ? undefined : nearestName(String(rule), rules, distance);
    const problem = rule === undefined ? 'is missing: a' : `${shown(rule)} is not a known rule${nearest === undefined ? ': a' : `; did you mean ${nearest}? A`}`;
    return { path: at, message: `${problem}llowed are ${rules.join(', ')}` };
  }
  // The branch that got furthest says most: a wrong value inside `int: […]` rather than "not a string".
  const deepest = leavesOf(issue).sort((a, b) => b.path.length - a.path.length)[0];
  if (deepest !== undefined && deepest.path.length > issue.path.length && deepest.code !== 'unrecognized_keys') {
    const inner = explainIssue(deepest, whole);
    if (valueAt(whole, inner.path) !== undefined) return inner;
  }
  // Where the schema says itself what it takes.
  if (issue.message !== 'Invalid input') return { path, message: `${given === undefined ? 'is missing' : shown(given)}: ${issue.message}` };
  return {
    path,
    message: `${shown(given)} is neither a fixed value nor one of { int: [a, b] }, { float: [a, b] }, { choice: [a, b, …] }`,
  };
}

/** What each branch of a union objects to, branches within branches included; paths from the top. */
function leavesOf(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  return issue.errors.flat().flatMap((inner) => leavesOf({ ...inner, path: [...issue.path, ...inner.path] }));
}

function pathOf(issue: Issue): Path {
  return issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}

function valueAt(whole: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    whole,
  );
}

const words: Readonly<Record<string, string>> = {
  string: 'text (in quotes where it looks like something else)',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of `key: value` lines',
  record: 'a block of `key: value` lines',
  tuple: 'a list of two values',
};
function wanted(expected: string): string {
  return words[expected] ?? expected;
}

function bound(limit: number | bigint, origin: string): string {
  if (origin === 'array') return `${limit} ${limit === 1 ? 'item' : 'items'}`;
  return origin === 'string' ? `${limit} ${limit === 1 ? 'character' : 'characters'}` : String(limit);
}

function isOne(values: readonly unknown[]): string {
  return values.length === 1 ? 'is' : 'are';
}

function listed(values: readonly unknown[]): string {
  return values.map(String).join(', ');
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** The part of a JSON schema that finding names takes. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly const?: unknown;
}

const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.object({
    properties: z.record(z.string(), nodeSchema).exactOptional(),
    items: z.union([z.boolean(), nodeSchema]).exactOptional(),
    anyOf: z.array(nodeSchema).exactOptional(),
    oneOf: z.array(nodeSchema).exactOptional(),
    const: z.unknown().exactOptional(),
  }),
);

/** Every schema that may stand at this path; where the file chose a `rule`, only that one's. */
function nodesAt(path: Path, whole: unknown): readonly Node[] {
  let nodes: readonly Node[] = alternatives(nodeSchema.parse(z.toJSONSchema(pipelineSchema, { io: 'input' })));
  path.forEach((part, depth) => {
    const next = nodes.flatMap((node) =>
      typeof part === 'number' ? (typeof node.items === 'object' ? [node.items] : []) : (node.properties?.[part] ?? []),
    );
    nodes = next.flatMap(alternatives);
    const rule = valueAt(whole, [...path.slice(0, depth + 1), 'rule']);
    const chosen = nodes.filter((node) => rule !== undefined && node.properties?.['rule']?.const === rule);
    if (chosen.length > 0) nodes = chosen;
  });
  return nodes;
}

function alternatives(node: Node): readonly Node[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return inner.length === 0 ? [node] : inner.flatMap(alternatives);
}

function knownKeys(path: Path, whole: unknown): string[] {
  return [...new Set(nodesAt(path, whole).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function discriminators(path: Path, whole: unknown): string[] {
  const at = path.at(-1) === 'rule' ? path.slice(0, -1) : path;
  return [
    ...new Set(
      nodesAt(at, whole)
        .flatMap((node) => node.properties?.['rule']?.const ?? [])
        .map(String),
    ),
  ];
}
