import { addPeriods, isoOfStart, type PeriodLength } from '../domain/calendar.ts';
import { AttributeSearch } from '../domain/cold-start/attribute-search.ts';
import { familySize, levelLikeness } from '../domain/cold-start/family-level.ts';
import type { LaunchHistory } from '../domain/cold-start/launches.ts';
import { type Pool, poolProducts, poolSize } from '../domain/cold-start/pool.ts';
import { type Families, familyLevels, type StudyBlock, studyBlocks } from '../domain/cold-start/study-blocks.ts';
import type { StudyPlan } from '../domain/cold-start/study-plan.ts';
import type { ColdStartTables, Comparison } from './cold-start-tables.ts';
import { inPieces } from './in-pieces.ts';

export interface PoolsQuestion {
  readonly history: LaunchHistory;
  readonly plan: StudyPlan;
  /** Paths of the panel's parts. */
  readonly panel: readonly string[];
  readonly modalities: readonly { readonly modality: string; readonly file: string }[];
  readonly statics?: string;
  readonly frequency: PeriodLength;
  /** Start of the panel's first period. */
  readonly first: number;
  readonly signal: AbortSignal;
}

export interface Pools {
  /** What products are alike in: each modality and the attributes, then for each of them how those sell that they are alike in it. */
  readonly aspects: readonly string[];
  /** By product: targets of the plan and products that were never sold. */
  readonly pools: ReadonlyMap<number, Pool>;
  /** By modality and for the attributes, whom each product is most alike of those that were on sale at its cutoff. */
  readonly families: ReadonlyMap<string, Families>;
  /** The attribute that products are averaged by. */
  readonly category?: string;
  /** By product; undefined without one. */
  readonly categories: readonly (string | undefined)[];
}

/** One target's pool while it is made. */
interface Draft {
  readonly target: number;
  readonly products: Uint32Array;
  /** Of the attributes; empty without any. */
  readonly attributes: Float64Array;
}

/** Finds for every target the earlier launches that it may be compared with, and measures how alike they are. */
export async function findPools(tables: ColdStartTables, question: PoolsQuestion): Promise<Pools> {
  const { history, plan, panel, modalities, statics, frequency, first, signal } = question;
  const { series, horizon } = history;
  const blocks = studyBlocks(history, plan);
  const sales = await tables.recentSales({ panel, series, cutoffs: plan.cutoffs.map((cutoff) => addPeriods(first, cutoff, frequency)), periods: horizon, frequency, signal });
  const levels: Float64Array[] = [];
  const families = new Map<string, Families>();
  const takeFamilies = (source: string, found: readonly Families[]): void => {
    levels.push(familyLevels(series.length, blocks, sales, found));
    families.set(source, new Map(found.flatMap((of) => [...of])));
  };

  const comparisons = comparisonsOf(question, blocks);
  const near: (readonly Families[])[] = [];
  for (const { modality, file } of modalities) {
    const found = await tables.nearestLaunches({ vectors: file, series, frequency, comparisons: [...comparisons.families, ...comparisons.launches], signal });
    takeFamilies(modality, found.slice(0, blocks.length));
    near.push(found.slice(blocks.length));
  }
  const known = statics === undefined ? undefined : await tables.staticAttributes({ statics, series, frequency, first, signal });
  const search = known === undefined || known.names.length === 0 ? undefined : new AttributeSearch(history, known);
  if (search !== undefined) {
    const found: Families[] = [];
    for (const block of blocks) found.push(await inPieces(search.families(block), signal));
    takeFamilies('attributes', found);
  }

  const drafts: Draft[] = [];
  for (const [b, block] of blocks.entries()) {
    const wanted = draftPools(block, { near: (target) => near.map((found) => found[b]?.get(target) ?? []), levels, search });
    drafts.push(...(await inPieces(wanted, signal)));
  }
  const pairs = pairsOf(drafts);
  const cosines: Float64Array[] = [];
  for (const { file } of modalities) cosines.push(await tables.vectorLikeness({ vectors: file, series, frequency, comparisons: comparisons.launches, ...pairs, signal }));

  const sources = [...families.keys()];
  return {
    aspects: [...sources, ...sources.map((source) => `sales of alike ${source}`)],
    pools: await inPieces(fillPools(drafts, cosines, levels, search !== undefined), signal),
    families,
    ...(search?.category !== undefined && { category: search.category }),
    categories: search?.categories ?? series.map(() => undefined),
  };
}

/** Families are looked for among what is on sale, analogues among launches that are over. */
function comparisonsOf({ history: { launch, periods }, first, frequency }: PoolsQuestion, blocks: readonly StudyBlock[]): { readonly families: readonly Comparison[]; readonly launches: readonly Comparison[] } {
  const after = (period: number): string => isoOfStart(addPeriods(first, Math.min(period, periods - 1) + 1, frequency), frequency);
  const compare = (targets: Uint32Array, candidates: Uint32Array, cutoff: number, nearest: number): Comparison =>
    ({ until: after(cutoff), targets, ownUntil: Array.from(targets, (product) => after(launch[product] ?? periods)), candidates, nearest });
  return {
    families: blocks.map(({ cutoff, members, onSale }) => compare(members, onSale, cutoff, familySize)),
    launches: blocks.map(({ cutoff, targets, candidates }) => compare(targets, candidates, cutoff, poolSize)),
  };
}

function* draftPools({ cutoff, targets, candidates }: StudyBlock, { near, levels, search }: {
  readonly near: (target: number) => readonly (readonly number[])[]; readonly levels: readonly Float64Array[]; readonly search: AttributeSearch | undefined;
}): Generator<undefined, readonly Draft[], undefined> {
  const alike = search?.among(candidates, cutoff);
  const placeOf = new Map(Array.from(candidates, (product, i) => [product, i]));
  const drafts: Draft[] = [];
  for (const target of targets) {
    const byAttributes = alike?.of(target);
    const byLevel = levels.map((level) => Float64Array.from(candidates, (product) => levelLikeness(level[target] ?? Number.NaN, level[product] ?? Number.NaN)));
    const products = poolProducts(candidates, near(target), [...(byAttributes ? [byAttributes] : []), ...byLevel]);
    drafts.push({ target, products, attributes: byAttributes ? Float64Array.from(products, (product) => byAttributes[placeOf.get(product) ?? -1] ?? Number.NaN) : new Float64Array() });
    yield;
  }
  return drafts;
}

/** Every target with each of its pool. */
function pairsOf(drafts: readonly Draft[]): { readonly targets: Uint32Array; readonly candidates: Uint32Array } {
  const count = drafts.reduce((sum, { products }) => sum + products.length, 0);
  const [targets, candidates] = [new Uint32Array(count), new Uint32Array(count)];
  let at = 0;
  for (const { target, products } of drafts) {
    targets.fill(target, at, at + products.length);
    candidates.set(products, at);
    at += products.length;
  }
  return { targets, candidates };
}

/** @param cosines per modality one per pair, in the order of the drafts */
function* fillPools(drafts: readonly Draft[], cosines: readonly Float64Array[], levels: readonly Float64Array[], withAttributes: boolean): Generator<undefined, ReadonlyMap<number, Pool>, undefined> {
  const pools = new Map<number, Pool>();
  const width = cosines.length + Number(withAttributes) + levels.length;
  let at = 0;
  for (const { target, products, attributes } of drafts) {
    const likeness = new Float64Array(products.length * width);
    products.forEach((product, i) => {
      cosines.forEach((cosine, c) => { likeness[i * width + c] = cosine[at + i] ?? Number.NaN; });
      if (withAttributes) likeness[i * width + cosines.length] = attributes[i] ?? Number.NaN;
      levels.forEach((level, l) => { likeness[(i + 1) * width - levels.length + l] = levelLikeness(level[target] ?? Number.NaN, level[product] ?? Number.NaN); });
    });
    pools.set(target, { products, likeness });
    at += products.length;
    yield;
  }
  return pools;
}
