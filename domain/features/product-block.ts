import type { ModalityGroup } from './feature-definition.ts';

/** One modality of all products, reduced: what becomes its columns. */
export interface ProductBlock {
  readonly modality: ModalityGroup;
  readonly dims: number;
  /** By series; the others have none. */
  readonly rowOf: ReadonlyMap<string, number>;
  /** Start of the first period that knows the product's numbers; NaN when nobody knows since when they are there. */
  readonly from: Float64Array;
  /** Row-major, `dims` numbers each. */
  readonly values: Float32Array;
}
