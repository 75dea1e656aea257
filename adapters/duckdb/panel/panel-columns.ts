/** Columns of a panel besides `series` and `ds`, in the order of its files; documented on `CleanResult` (contracts/data.ts). */
export const panelColumns = {
  yRaw: { name: 'y_raw', type: 'DOUBLE' },
  y: { name: 'y', type: 'DOUBLE' },
  price: { name: 'price', type: 'DOUBLE' },
  touched: { name: 'touched', type: 'UTINYINT' },
  lines: { name: 'lines', type: 'UINTEGER' },
  largest: { name: 'largest', type: 'DOUBLE' },
  age: { name: 'age', type: 'INTEGER' },
  sinceSale: { name: 'since_sale', type: 'INTEGER' },
  known: { name: 'known', type: 'INTEGER' },
  total: { name: 'total', type: 'DOUBLE' },
  stock: { name: 'stock', type: 'DOUBLE' },
} as const;

export type PanelColumn = keyof typeof panelColumns;

/** One array per column, of doubles whatever the file's type is; NaN stands for NULL. */
export type ColumnArrays<C extends string> = Readonly<Record<C, Float64Array>>;

/** An array of `length` for each column. */
export function columnArrays<C extends string>(columns: readonly C[], length: number): ColumnArrays<C> {
  // Object.fromEntries forgets which keys it was given.
  return Object.fromEntries(columns.map((column) => [column, new Float64Array(length)])) as Record<C, Float64Array>;
}
