import type { SnapshotDiffView } from '../contracts/http-snapshots.schema.ts';
import type { ProductsProfile } from '../contracts/profile.ts';

/** What is counted of the products besides their sales, by name. */
function countsOf(profile: ProductsProfile | undefined): ReadonlyMap<string, number> {
  const { texts, media = [], statics, reviews } = profile ?? {};
  return new Map<string, number>([
    ...(texts === undefined ? [] : [['texts', texts.series] as const]),
    ...media.flatMap(({ modality, named, files, problems }) => [[`${modality} names`, named], [`${modality} files`, files], [`${modality} names without a file`, problems]] as const),
    ...(statics?.columns ?? []).flatMap(({ name, filled, distinct }) => [[`series with ${name}`, filled], [`values of ${name}`, distinct]] as const),
    ...(reviews === undefined ? [] : ([['reviews', reviews.count], ['reviews with text', reviews.withText], ['reviews with rating', reviews.rated], ['series with reviews', reviews.series], ...(reviews.meanRating === null ? [] : [['mean rating', reviews.meanRating] as const])] as const)),
  ]);
}

/** The counts that differ; a side without the table has none. */
export function productChanges(a: ProductsProfile | undefined, b: ProductsProfile | undefined): SnapshotDiffView['products'] {
  const [left, right] = [countsOf(a), countsOf(b)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((what) => {
    const [was, is] = [left.get(what), right.get(what)];
    return was === is ? [] : [{ what, ...(was !== undefined && { a: was }), ...(is !== undefined && { b: is }) }];
  });
}
