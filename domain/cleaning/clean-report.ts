import type { CleaningRules } from './cleaning-rules.ts';
import { touchedCodes, touchedNames, type TouchedName } from './touched.ts';

/** How many cells were touched in one way. */
export interface TouchedCount {
  readonly code: number;
  readonly name: TouchedName;
  /** The rule of the pipeline file behind it, in words: `outliers: iqr × 3, clip`. */
  readonly rule: string;
  readonly cells: number;
  /** Sum of the absolute differences between what was sold and what is used, where both are known. */
  readonly units: number;
}

/** A period of a series whose value was changed, or marked. */
export interface ChangedCell {
  readonly series: string;
  /** Start of the period, as `isoOfStart` writes it. */
  readonly ds: string;
  readonly name: TouchedName;
  readonly sold: number;
  /** Its value in training; absent where it has none. */
  readonly used?: number;
}

/** What cleaning did, or a part of it. */
export interface CleanCounts {
  /** Every way, in the order of the codes. */
  readonly touched: readonly TouchedCount[];
  /** The twenty known values that were changed most, then those that sold most. */
  readonly largest: readonly ChangedCell[];
}

const longestList = 20;

/** Counts touched cells of one part as they come. */
export class TouchedTally {
  readonly #cells = new Float64Array(touchedNames.length);
  readonly #units = new Float64Array(touchedNames.length);
  #largest: { series: string; start: number; code: number; sold: number; used: number }[] = [];

  add(series: string, code: number, start: number, sold: number, used: number): void {
    this.#cells[code] = (this.#cells[code] ?? 0) + 1;
    if (Number.isNaN(sold) || code === touchedCodes.noSale) return;
    if (!Number.isNaN(used)) this.#units[code] = (this.#units[code] ?? 0) + Math.abs(sold - used);
    const last = this.#largest[longestList - 1];
    if (last !== undefined && byChange({ sold, used }, last) > 0) return;
    this.#largest = [...this.#largest, { series, start, code, sold, used }].sort((a, b) => byChange(a, b) || compareTexts(a.series, b.series) || a.start - b.start).slice(0, longestList);
  }

  /** @param isoOf writes a period's start */
  counts(rules: CleaningRules, isoOf: (start: number) => string): CleanCounts {
    return {
      touched: touchedNames.filter((name) => name !== 'none').map((name) => {
        const code = touchedCodes[name];
        return { code, name, rule: ruleOf(name, rules), cells: this.#cells[code] ?? 0, units: this.#units[code] ?? 0 };
      }),
      largest: this.#largest.map(({ series, start, code, sold, used }) => ({
        series, ds: isoOf(start), name: touchedNames[code] ?? 'none', sold, ...(!Number.isNaN(used) && { used }),
      })),
    };
  }
}

/** Sums what was counted of several parts. */
export function mergeCounts(parts: readonly CleanCounts[]): CleanCounts {
  const touched = (parts[0]?.touched ?? []).map((first) => parts.reduce(
    (sum, part) => {
      const one = part.touched.find(({ code }) => code === first.code);
      return { ...sum, cells: sum.cells + (one?.cells ?? 0), units: sum.units + (one?.units ?? 0) };
    },
    { ...first, cells: 0, units: 0 },
  ));
  const largest = parts.flatMap((part) => part.largest).sort((a, b) => byChange(a, b) || compareTexts(a.series, b.series) || compareTexts(a.ds, b.ds)).slice(0, longestList);
  return { touched, largest };
}

/** Cells touched in any of these ways. */
export function cellsOf({ touched }: CleanCounts, ...names: readonly TouchedName[]): number {
  return touched.reduce((sum, { name, cells }) => sum + (names.includes(name) ? cells : 0), 0);
}

interface Change {
  readonly sold: number;
  readonly used?: number;
}

/** What is used of a value that was taken out is nothing. */
const changeOf = ({ sold, used = Number.NaN }: Change): number => Math.abs(sold - (Number.isNaN(used) ? 0 : used));
const byChange = (a: Change, b: Change): number => changeOf(b) - changeOf(a) || b.sold - a.sold;
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function ruleOf(name: TouchedName, { gaps, missing, outliers, stockouts }: CleaningRules): string {
  const filled = `missing: ${missing.method}`;
  switch (name) {
    case 'none':
      return '';
    case 'noSale':
      return `gaps: ${gaps}`;
    case 'closed':
    case 'unknown':
      return filled;
    case 'outlier':
      return `outliers: ${outliers.method} × ${String(outliers.factor)}, ${outliers.action}`;
    case 'removed':
      return `outliers: ${outliers.method} × ${String(outliers.factor)}, ${outliers.action}; ${filled}`;
    case 'stockOut':
      return `stockouts: ${stockouts}`;
    case 'returned':
      return 'more returned than sold: 0';
  }
}
