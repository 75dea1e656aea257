/** An attribute made comparable: codes of its values, −1 for none, or numbers on a logarithmic scale, NaN for none. */
export type Attribute =
  | { readonly kind: 'codes'; readonly codes: Int32Array; readonly count: number }
  | { readonly kind: 'numbers'; readonly numbers: Float64Array };

/** Distinct values from which on an attribute that is a number throughout is taken for a measure and not for a code. */
const fewestMeasures = 12;

/** @param values one text per product; undefined or empty where it has none */
export function comparable(values: readonly (string | undefined)[]): Attribute {
  const numbers = Float64Array.from(values, (value) => (value === undefined || value.trim() === '' ? Number.NaN : Number(value)));
  const isNumber = values.every((value, i) => value === undefined || value.trim() === '' || Number.isFinite(numbers[i]));
  // asinh is the logarithm of twice a large number, and bears 0 and negative ones.
  if (isNumber && new Set(numbers.filter(Number.isFinite)).size >= fewestMeasures) return { kind: 'numbers', numbers: numbers.map(Math.asinh) };
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    if (value === undefined || value.trim() === '') return -1;
    const code = codeOf.get(value) ?? codeOf.size;
    codeOf.set(value, code);
    return code;
  });
  return { kind: 'codes', codes, count: codeOf.size };
}

/**
 * How alike a product is to each of some others, from 0 (nothing in common) to 1; NaN where no attribute of both is known. An equal
 * value counts by how rare it is among the others: −log of its share. Numbers count by exp(−distance / standard deviation), with the weight
 * of a value that every third has.
 */
export class AttributeLikeness {
  readonly #attributes: readonly (Attribute & { readonly weights: Float64Array; readonly deviation: number })[];
  readonly #own: readonly Attribute[];
  readonly others: Uint32Array;

  /** @param own the attributes as the product itself has them @param others the products that are compared with; only they say how rare a value is. Those that `isKnown` denies have no attributes. */
  constructor(own: readonly Attribute[], attributes: readonly Attribute[], others: Uint32Array, isKnown: (product: number) => boolean) {
    this.others = others;
    const known = Array.from(others, isKnown);
    this.#attributes = attributes.map((attribute) => {
      if (attribute.kind === 'codes') {
        const codes = Int32Array.from(others, (product, i) => (known[i] === true ? (attribute.codes[product] ?? -1) : -1));
        return { ...attribute, codes, weights: rarity(codes, attribute.count), deviation: 0 };
      }
      const numbers = Float64Array.from(others, (product, i) => (known[i] === true ? (attribute.numbers[product] ?? Number.NaN) : Number.NaN));
      return { ...attribute, numbers, weights: new Float64Array(), deviation: deviationOf(numbers) };
    });
    this.#own = own;
  }

  /** One likeness per other product. */
  of(target: number): Float64Array {
    const [sums, weights] = [new Float64Array(this.others.length), new Float64Array(this.others.length)];
    this.#attributes.forEach((attribute, a) => {
      const own = this.#own[a];
      if (attribute.kind === 'codes' && own?.kind === 'codes') {
        const code = own.codes[target] ?? -1;
        if (code < 0) return;
        const weight = attribute.weights[code] ?? 0;
        attribute.codes.forEach((other, i) => {
          if (other < 0) return;
          weights[i] = (weights[i] ?? 0) + weight;
          if (other === code) sums[i] = (sums[i] ?? 0) + weight;
        });
      } else if (attribute.kind === 'numbers' && own?.kind === 'numbers') {
        const number = own.numbers[target] ?? Number.NaN;
        if (Number.isNaN(number) || !(attribute.deviation > 0)) return;
        attribute.numbers.forEach((other, i) => {
          if (Number.isNaN(other)) return;
          weights[i] = (weights[i] ?? 0) + 1;
          sums[i] = (sums[i] ?? 0) + Math.exp(-Math.abs(other - number) / attribute.deviation);
        });
      }
    });
    return sums.map((sum, i) => ((weights[i] ?? 0) > 0 ? sum / (weights[i] ?? 1) : Number.NaN));
  }
}

/** Per code −log of its share, with one more of each so that none is impossible. */
function rarity(codes: Int32Array, count: number): Float64Array {
  const counts = new Float64Array(count).fill(1);
  let total = count;
  for (const code of codes) {
    if (code < 0) continue;
    counts[code] = (counts[code] ?? 0) + 1;
    total += 1;
  }
  return counts.map((n) => -Math.log(n / total));
}

function deviationOf(numbers: Float64Array): number {
  const known = numbers.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
}
