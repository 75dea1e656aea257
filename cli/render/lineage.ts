import type { Lineage } from '../../contracts/http-lineage.schema.ts';
import type { Colors } from '../terminal.ts';
import { shorten } from './table.ts';

type Node = Lineage['start'];

interface Link {
  readonly node: Node;
  readonly by: string;
}

/** Links by the key of the node that they lead on from. */
type Graph = ReadonlyMap<string, readonly Link[]>;

/** Who decided is read first, the files last. */
const order: readonly Node['kind'][] = [
  'forecast',
  'champion',
  'proposal',
  'decision',
  'candidate',
  'code',
  'run',
  'artifact',
  'snapshot',
  'source',
];

/**
 * A tree from where the question began. What another branch leads to anyway is left out, alike artifacts share a line, and what stands in
 * several places is drawn out once and marked `↑` after that. `--json` has every edge.
 */
export function renderLineage({ start, direction, edges, notes }: Lineage, columns: number, colors: Colors): string {
  const graph = withoutDetours(graphOf(edges, direction));
  const said = new Map(notes.map((note) => [keyOf(note), note.text]));
  const drawn = new Set<string>();
  const lines: string[] = [];
  const draw = (group: readonly Link[], lead: string, branch: string): void => {
    const [first] = group;
    if (first === undefined) return;
    const { node, by } = first;
    const children = graph.get(keyOf(node)) ?? [];
    const again = drawn.has(keyOf(node)) && children.length > 0;
    for (const link of group) drawn.add(keyOf(link.node));
    const text = said.get(keyOf(node));
    const label = shorten(
      `${nameOf(node)}${group.length > 1 ? ` and ${group.length - 1} more` : ''}${again ? ' ↑' : text === undefined ? '' : `: ${text}`}`,
      columns - lead.length - branch.length - (by === '' ? 0 : by.length + 3),
    );
    lines.push(`${colors.dim(lead + branch)}${label}${by === '' ? '' : colors.dim(` (${by})`)}`);
    if (again) return;
    const below = lead + (branch === '' ? '' : branch.startsWith('└') ? '   ' : '│  ');
    const groups = grouped(children, graph, said);
    groups.forEach((links, index) => draw(links, below, index === groups.length - 1 ? '└─ ' : '├─ '));
  };
  draw([{ node: start, by: '' }], '', '');
  if (edges.length === 0)
    lines.push(
      direction === 'up' ? 'nothing recorded that it was made from' : 'nothing recorded that was made from it',
    );
  return lines.join('\n');
}

function graphOf(edges: Lineage['edges'], direction: Lineage['direction']): Graph {
  const graph = new Map<string, Link[]>();
  for (const { input, output, by } of edges) {
    const [from, to] = direction === 'up' ? [output, input] : [input, output];
    const links = graph.get(keyOf(from)) ?? [];
    // Several runs may have made the same thing of the same thing.
    if (!links.some(({ node }) => keyOf(node) === keyOf(to))) links.push({ node: to, by });
    graph.set(keyOf(from), links);
  }
  return graph;
}

/** The transitive reduction: a link goes when its end is reached from a sister. */
function withoutDetours(graph: Graph): Graph {
  const below = new Map<string, ReadonlySet<string>>();
  const reach = (key: string): ReadonlySet<string> => {
    const known = below.get(key);
    if (known !== undefined) return known;
    below.set(key, new Set()); // an edge that leads back would never end
    const found = new Set((graph.get(key) ?? []).flatMap(({ node }) => [keyOf(node), ...reach(keyOf(node))]));
    below.set(key, found);
    return found;
  };
  const kept = (links: readonly Link[]): Link[] =>
    links.filter((link) => !links.some((sister) => sister !== link && reach(keyOf(sister.node)).has(keyOf(link.node))));
  return new Map([...graph].map(([key, links]) => [key, kept(links)]));
}

/** Alike artifacts (made by one step, of the same things, and called the same) together; in the order people read. */
function grouped(links: readonly Link[], graph: Graph, said: ReadonlyMap<string, string>): Link[][] {
  const groups = new Map<string, Link[]>();
  for (const link of links.toSorted((a, b) => order.indexOf(a.node.kind) - order.indexOf(b.node.kind))) {
    const key = keyOf(link.node);
    const origins = (graph.get(key) ?? []).map(({ node }) => keyOf(node)).sort();
    const alike = link.node.kind === 'artifact' ? JSON.stringify([said.get(key), link.by, origins]) : key;
    groups.set(alike, [...(groups.get(alike) ?? []), link]);
  }
  return [...groups.values()];
}

function keyOf({ kind, id }: Node): string {
  return `${kind} ${id}`;
}

function nameOf({ kind, id }: Node): string {
  const [uri, digest] = id.split('#sha256=');
  if (kind === 'source' && digest !== undefined) return `source ${uri} (sha256 ${digest.slice(0, 12)})`;
  return `${kind} ${/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id}`;
}
