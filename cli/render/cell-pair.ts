import type { SnapshotDiffView } from '../../contracts/http-snapshots.schema.ts';

/** Digits that say enough of a measured number, and those that a double has. */
const [fewDigits, allDigits] = [6, 17];

/** A cell before and after, as it is shown: numbers with six significant digits, or as many as it takes to see what changed. */
export function cellPair(was: string | undefined, is: string | undefined, isNumber: boolean): readonly [was: string, is: string] {
  const plain = [was ?? 'missing', is ?? 'missing'] as const;
  if (!isNumber) return plain;
  for (let digits = fewDigits; digits < allDigits; digits += 1) {
    const shown = [rounded(was, digits), rounded(is, digits)] as const;
    if (shown[0] !== shown[1]) return shown;
  }
  return plain;
}

/** Whether a column of a difference holds numbers. */
export function isNumber(columns: SnapshotDiffView['columns'], name: string): boolean {
  return columns.some((column) => column.name === name && column.kind === 'number');
}

function rounded(cell: string | undefined, digits: number): string {
  if (cell === undefined) return 'missing';
  const value = Number(cell);
  // Whole numbers are counts, or keys of a kind.
  return !Number.isFinite(value) || Number.isInteger(value) ? cell.replace(/^(-?\d+)\.0$/, '$1') : String(Number(value.toPrecision(digits)));
}
