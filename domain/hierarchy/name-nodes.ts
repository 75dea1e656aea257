import { type Hierarchy, type LevelName, total } from './hierarchy.ts';

/**
 * What a node is called where series are: `category=Toys`, crossed `category=Toys,store=Leeds`, and `total`. One name per node, in their order.
 * @param levels those that the hierarchy was built of, in its order
 */
export function nameNodes(hierarchy: Hierarchy, levels: readonly LevelName[], labelsOf: ReadonlyMap<string, readonly string[]>): string[] {
  const names = Array.from({ length: hierarchy.nodes }, () => '');
  hierarchy.levels.forEach(({ nodeOf }, l) => {
    const parts = [levels[l] ?? total].flat();
    nodeOf.forEach((node, i) => {
      if (names[node] === '') names[node] = parts.map((part) => (part === total ? total : `${part}=${labelsOf.get(part)?.[i] ?? ''}`)).join(',');
    });
  });
  return names;
}
