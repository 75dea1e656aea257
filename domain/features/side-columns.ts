import { type FeaturePlan, priceWindow } from './feature-plan.ts';
import { type ColumnOf, copyInto, type FillColumns } from './origins.ts';
import { rollingSums } from './rolling.ts';
import { ratio } from './sales-columns.ts';

/** Columns of sale lines and prices, as far as the plan has them: what beside the sales themselves is known of a period. */
export function createSideColumns({ short, long }: FeaturePlan, column: ColumnOf, mostOrigins: number): FillColumns {
  const lines = createMeans(column, 'lines', [...new Set([short, long])], mostOrigins);
  const largest = createMeans(column, 'largest', [...new Set([short, long])], mostOrigins);
  const prices = createPrices(column, mostOrigins);
  return (origins, at) => {
    lines(origins.lines, origins.recentAt, origins.count, at);
    largest(origins.largest, origins.recentAt, origins.count, at);
    prices(origins.price, origins.recentAt, origins.count, at);
  };
}

type FillFrom = (values: Float64Array, first: number, count: number, at: number) => void;

/** `<name>_0` and the means `<name>_<length>` of the known values. */
function createMeans(column: ColumnOf, name: string, lengths: readonly number[], mostOrigins: number): FillFrom {
  const newest = column(`${name}_0`);
  const means = lengths.map((length) => column(`${name}_${String(length)}`));
  if (newest === undefined) return () => undefined;
  const over = createKnownSums(lengths, mostOrigins);
  return (values, first, count, at) => {
    copyInto(newest, at, values, first, count);
    over.see(values, first, count);
    for (let w = 0; w < lengths.length; w += 1) {
      const [mean, sums, known] = [means[w], over.sums[w], over.known[w]];
      if (mean === undefined || sums === undefined || known === undefined) continue;
      for (let i = 0; i < count; i += 1) mean[at + i] = ratio(sums[i] ?? 0, known[i] ?? 0);
    }
  };
}

/** The last known price as a logarithm, and over its own recent mean. */
function createPrices(column: ColumnOf, mostOrigins: number): FillFrom {
  const [logarithm, relative] = [column('price_log'), column('price_relative')];
  if (logarithm === undefined || relative === undefined) return () => undefined;
  const over = createKnownSums([priceWindow], mostOrigins);
  return (values, first, count, at) => {
    over.see(values, first, count);
    const [sums, known] = [over.sums[0], over.known[0]];
    if (sums === undefined || known === undefined) return;
    let [former, formerLog] = [Number.NaN, Number.NaN];
    for (let i = 0; i < count; i += 1) {
      const price = values[first + i] ?? Number.NaN;
      if (price !== former) {
        former = price;
        formerLog = price > 0 ? Math.log(price) : Number.NaN;
      }
      logarithm[at + i] = formerLog;
      relative[at + i] = ratio(price, ratio(sums[i] ?? 0, known[i] ?? 0));
    }
  };
}

/** Sum and number of the known values in windows of each length. */
function createKnownSums(lengths: readonly number[], mostOrigins: number) {
  const back = Math.max(...lengths) - 1;
  const [values, flags] = [new Float64Array(back + mostOrigins), new Float64Array(back + mostOrigins)];
  const perWindow = (): Float64Array[] => lengths.map(() => new Float64Array(mostOrigins));
  const [sums, known] = [perWindow(), perWindow()];
  return {
    sums,
    known,
    see(source: Float64Array, first: number, count: number): void {
      for (let i = 0; i < back + count; i += 1) {
        const value = source[first - back + i] ?? Number.NaN;
        const isKnown = !Number.isNaN(value);
        values[i] = isKnown ? value : 0;
        flags[i] = isKnown ? 1 : 0;
      }
      rollingSums(values, back, count, lengths, sums);
      rollingSums(flags, back, count, lengths, known);
    },
  };
}
