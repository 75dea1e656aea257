/** A promise of the product in one number. */
export interface Bar {
  readonly name: string;
  readonly figure: number;
  /** The figure must not be above it. */
  readonly atMost: number;
  readonly unit?: string;
}

export const isMet = ({ figure, atMost }: Bar): boolean => figure <= atMost;

/** One line: `✓ name: 0.583 (at most 0.626)`. Figures that are no numbers miss every bar. */
export function describeBar(bar: Bar): string {
  const { name, figure, atMost, unit } = bar;
  const suffix = unit === undefined ? '' : ` ${unit}`;
  return `${isMet(bar) ? '✓' : '✗'} ${name}: ${figure.toFixed(3)}${suffix} (at most ${atMost.toFixed(3)}${suffix})`;
}

/** 0 when every bar is met, else 1. */
export function exitCodeOfBars(bars: readonly Bar[]): 0 | 1 {
  return bars.every(isMet) ? 0 : 1;
}
