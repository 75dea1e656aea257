/** What cleaning did to a cell of a panel: its column `touched`. A number never changes its meaning. */
export const touchedCodes = {
  /** Nothing: sold as it stands. */
  none: 0,
  /** No row: nothing was sold. */
  noSale: 1,
  /** Beyond the limits of its own past; clipped to them, or only marked. */
  outlier: 2,
  /** The shop was closed: unknown what would have been sold. */
  closed: 3,
  /** Unknown: no row where that means nothing, or a row without a target. */
  unknown: 4,
  /** The stock ran out: taken for what was wanted. */
  stockOut: 5,
  /** More was returned than sold: taken for 0. */
  returned: 6,
  /** Beyond the limits of its own past and taken out, as if it were unknown. */
  removed: 7,
} as const;

export type TouchedName = keyof typeof touchedCodes;
export type TouchedCode = (typeof touchedCodes)[TouchedName];

export const touchedNames = Object.keys(touchedCodes) as readonly TouchedName[];

/** Undefined for a number that is no code. */
export function touchedName(code: number): TouchedName | undefined {
  return touchedNames.find((name) => touchedCodes[name] === code);
}

/** Whether `y` of such a cell is no observation but an estimate (or NaN): nothing is learnt from it. */
export function isFilled(code: number): boolean {
  return code === touchedCodes.closed || code === touchedCodes.unknown || code === touchedCodes.removed;
}
