import type { Lineage } from '../../contracts/http.schema.ts';
import type { Colors } from '../terminal.ts';
import { shorten } from './table.ts';

type Node = Lineage['start'];

/** A tree from where the question began; what stands in several places is drawn out once and marked `↑` after that. */
export function renderLineage({ start, direction, edges, notes }: Lineage, columns: number, colors: Colors): string {
  const next = new Map<string, { node: Node; by: string }[]>();
  for (const { input, output, by } of edges) {
    const [from, to] = direction === 'up' ? [output, input] : [input, output];
    const known = next.get(keyOf(from)) ?? [];
    // Several runs may have made the same thing of the same thing.
    if (known.some(({ node }) => keyOf(node) === keyOf(to))) continue;
    next.set(keyOf(from), [...known, { node: to, by }]);
  }
  const said = new Map(notes.map((note) => [keyOf(note), note.text]));
  const drawn = new Set<string>();
  const lines: string[] = [];
  const draw = (node: Node, by: string | undefined, lead: string, branch: string): void => {
    const children = next.get(keyOf(node)) ?? [];
    const again = drawn.has(keyOf(node)) && children.length > 0;
    drawn.add(keyOf(node));
    const text = said.get(keyOf(node));
    const label = shorten(
      `${nameOf(node)}${again ? ' ↑' : text === undefined ? '' : `: ${text}`}`,
      columns - lead.length - branch.length - (by === undefined ? 0 : by.length + 3),
    );
    lines.push(`${colors.dim(lead + branch)}${label}${by === undefined ? '' : colors.dim(` (${by})`)}`);
    if (again) return;
    const below = lead + (branch === '' ? '' : branch.startsWith('└') ? '   ' : '│  ');
    children.forEach((child, index) =>
      draw(child.node, child.by, below, index === children.length - 1 ? '└─ ' : '├─ '),
    );
  };
  draw(start, undefined, '', '');
  if (edges.length === 0)
    lines.push(
      direction === 'up' ? 'nothing recorded that it was made from' : 'nothing recorded that was made from it',
    );
  return lines.join('\n');
}

function keyOf({ kind, id }: Node): string {
  return `${kind} ${id}`;
}

function nameOf({ kind, id }: Node): string {
  const [uri, digest] = id.split('#sha256=');
  if (kind === 'source' && digest !== undefined) return `source ${uri} (sha256 ${digest.slice(0, 12)})`;
  return `${kind} ${/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id}`;
}
