import { type FeaturePlan, smoothing } from './feature-plan.ts';
import { type ColumnOf, copyInto, type FillColumns, type Origins } from './origins.ts';
import { rollingMaxima, rollingSums } from './rolling.ts';

/** Sums over windows of the origins at hand: per window one array, a value per origin. */
export interface SalesWindows {
  /** Number of known values, and how many of them are 0. */
  readonly known: readonly Float64Array[];
  readonly zeros: readonly Float64Array[];
  readonly sums: readonly Float64Array[];
  readonly squares: readonly Float64Array[];
  readonly maxima: readonly Float64Array[];
}

/** Columns of the group "recent sales" that rest on the series' own sales: lags, windows, ewm, momentum, trend. */
export function createSalesColumns(plan: FeaturePlan, column: ColumnOf, mostOrigins: number): { readonly fill: FillColumns; readonly windows: SalesWindows } {
  const { lags, windows: lengths } = plan;
  const lagColumns = Array.from({ length: lags }, (_, k) => column(`lag_${String(k)}`));
  const look = createWindows(lengths, lags, mostOrigins);
  const ewm = createWeightedMean(column('ewm'), lags);
  const statistics = lengths.map((length, w) => windowColumns(column, length, w));
  const [short, long] = [lengths.indexOf(plan.short), lengths.indexOf(plan.long)];
  const [momentum, trend] = [column('momentum'), column('trend')];

  const fill: FillColumns = (origins, at) => {
    const { sales, salesAt, count } = origins;
    for (let k = 0; k < lags; k += 1) {
      const lag = lagColumns[k];
      if (lag !== undefined) copyInto(lag, at, sales, salesAt - k, count);
    }
    ewm(origins, at);
    look.see(origins);
    for (const columns of statistics) columns(look.windows, at, count);
    const { sums, known } = look.windows;
    for (let i = 0; i < count; i += 1) {
      const mean = meanOf(sums[short]?.[i], known[short]?.[i]);
      if (momentum !== undefined) momentum[at + i] = ratio(sales[salesAt + i] ?? Number.NaN, mean);
      if (trend !== undefined) trend[at + i] = ratio(mean, meanOf(sums[long]?.[i], known[long]?.[i]));
    }
  };
  return { fill, windows: look.windows };
}

/** Undefined where nothing can be divided: NaN. */
export function ratio(value: number, by: number): number {
  return by === 0 ? Number.NaN : value / by;
}

const meanOf = (sum = Number.NaN, known = 0): number => ratio(sum, known);

function windowColumns(column: ColumnOf, length: number, w: number): (windows: SalesWindows, at: number, count: number) => void {
  const [mean, std, max, zeroShare] = ['mean', 'std', 'max', 'zero_share'].map((name) => column(`${name}_${String(length)}`));
  if (mean === undefined || std === undefined || max === undefined || zeroShare === undefined) return () => undefined;
  return ({ known, zeros, sums, squares, maxima }, at, count) => {
    const [knownOf, zerosOf, sumOf, squaresOf, maximumOf] = [known[w], zeros[w], sums[w], squares[w], maxima[w]];
    if (knownOf === undefined || zerosOf === undefined || sumOf === undefined || squaresOf === undefined || maximumOf === undefined) return;
    for (let i = 0; i < count; i += 1) {
      const [n, sum] = [knownOf[i] ?? 0, sumOf[i] ?? 0];
      const average = ratio(sum, n);
      mean[at + i] = average;
      // Rounding may take a little more away than there is.
      std[at + i] = n > 1 ? Math.sqrt(Math.max(0, (squaresOf[i] ?? 0) - sum * average) / (n - 1)) : Number.NaN;
      max[at + i] = n > 0 ? (maximumOf[i] ?? 0) : Number.NaN;
      zeroShare[at + i] = ratio(zerosOf[i] ?? 0, n);
    }
  };
}

function createWindows(lengths: readonly number[], lags: number, mostOrigins: number): { readonly windows: SalesWindows; see(origins: Origins): void } {
  const back = Math.max(...lengths) - 1;
  const perWindow = (): Float64Array[] => lengths.map(() => new Float64Array(mostOrigins));
  const windows: SalesWindows = { known: perWindow(), zeros: perWindow(), sums: perWindow(), squares: perWindow(), maxima: perWindow() };
  const own = (): Float64Array => new Float64Array(back + mostOrigins);
  const [values, squares, tops] = [own(), own(), own()];
  const [knownUpTo, zerosUpTo] = [new Int32Array(back + mostOrigins + 1), new Int32Array(back + mostOrigins + 1)];
  function see({ sales, salesAt, count }: Origins): void {
    const from = salesAt - back;
    let [known, zeros] = [0, 0];
    for (let i = 0; i < back + count; i += 1) {
      const value = sales[from + i] ?? Number.NaN;
      const isKnown = !Number.isNaN(value);
      values[i] = isKnown ? value : 0;
      squares[i] = isKnown ? value * value : 0;
      tops[i] = isKnown ? value : Number.NEGATIVE_INFINITY;
      if (isKnown) known += 1;
      if (value === 0) zeros += 1;
      knownUpTo[i + 1] = known;
      zerosUpTo[i + 1] = zeros;
    }
    rollingSums(values, back, count, lengths, windows.sums);
    rollingSums(squares, back, count, lengths, windows.squares);
    rollingMaxima(tops, back, count, lengths, windows.maxima);
    for (let w = 0; w < lengths.length; w += 1) {
      difference(knownUpTo, back + 1, lengths[w] ?? 0, count, windows.known[w]);
      difference(zerosUpTo, back + 1, lengths[w] ?? 0, count, windows.zeros[w]);
    }
  }
  return { windows, see };
}

/** How many of the last `length` values count, from counts of all values so far. */
function difference(upTo: Int32Array, first: number, length: number, count: number, out: Float64Array | undefined): void {
  if (out === undefined) return;
  for (let i = 0; i < count; i += 1) out[i] = (upTo[first + i] ?? 0) - (upTo[first + i - length] ?? 0);
}

/** Mean of the last `lags` values, each weighing (1 − smoothing) times the one after it; what is unknown has no weight. */
function createWeightedMean(ewm: Float32Array | undefined, lags: number): FillColumns {
  const weights = Float64Array.from({ length: lags }, (_, k) => (1 - smoothing) ** k);
  return ({ sales, salesAt, count }, at) => {
    if (ewm === undefined) return;
    for (let i = 0; i < count; i += 1) {
      let [sum, known] = [0, 0];
      for (let k = 0; k < lags; k += 1) {
        const value = sales[salesAt + i - k] ?? Number.NaN;
        const weight = weights[k] ?? 0;
        if (Number.isNaN(value)) continue;
        sum += weight * value;
        known += weight;
      }
      ewm[at + i] = ratio(sum, known);
    }
  };
}
