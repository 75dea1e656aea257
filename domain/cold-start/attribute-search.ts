import { type Attribute, AttributeLikeness, comparable } from './attributes.ts';
import { familySize } from './family-level.ts';
import type { LaunchHistory } from './launches.ts';
import type { Families, StudyBlock } from './study-blocks.ts';
import { TopCandidates } from './top-candidates.ts';

/** Attributes of products, and since when they are known. */
export interface StaticAttributes {
  readonly names: readonly string[];
  /** Per attribute one text per product; undefined where it has none. */
  readonly values: readonly (readonly (string | undefined)[])[];
  /** Per product the number of the period in which its attributes became known. */
  readonly knownIn: Int32Array;
}

/** Attributes made comparable, and who is alike in them; what became known after a product's launch says nothing about it before. */
export class AttributeSearch {
  readonly #all: readonly Attribute[];
  /** As products had them at their launch. */
  readonly #own: readonly Attribute[];
  readonly #knownIn: Int32Array;
  /** The first attribute whose values are codes: products are averaged by it. */
  readonly category: string | undefined;
  /** By product. */
  readonly categories: readonly (string | undefined)[];

  constructor({ launch, periods }: Pick<LaunchHistory, 'launch' | 'periods'>, { names, values, knownIn }: StaticAttributes) {
    this.#knownIn = knownIn;
    this.#all = values.map(comparable);
    const inTime = (product: number): boolean => (knownIn[product] ?? Infinity) <= Math.min(launch[product] ?? periods, periods - 1);
    this.#own = this.#all.map((attribute) => attribute.kind === 'codes'
      ? { ...attribute, codes: attribute.codes.map((code, product) => (inTime(product) ? code : -1)) }
      : { ...attribute, numbers: attribute.numbers.map((number, product) => (inTime(product) ? number : Number.NaN)) });
    const place = this.#all.findIndex((attribute) => attribute.kind === 'codes' && attribute.count > 0);
    this.category = names[place];
    this.categories = Array.from(launch, (_, product) => (inTime(product) ? values[place]?.[product] : undefined));
  }

  /** Likeness to some products as their attributes were known at a cutoff. */
  among(products: Uint32Array, cutoff: number): AttributeLikeness {
    return new AttributeLikeness(this.#own, this.#all, products, (product) => (this.#knownIn[product] ?? Infinity) <= cutoff);
  }

  /** Those on sale that each member of a block is most alike; of equal ones the last. Yields after every member. */
  *families({ cutoff, members, onSale }: StudyBlock): Generator<undefined, Families, undefined> {
    const alike = this.among(onSale, cutoff);
    const found = new Map<number, readonly number[]>();
    for (const member of members) {
      const likeness = alike.of(member);
      const top = new TopCandidates(familySize);
      for (let i = onSale.length - 1; i >= 0; i -= 1) top.offer(onSale[i] ?? 0, likeness[i] ?? Number.NaN);
      found.set(member, top.candidates);
      yield;
    }
    return found;
  }
}
