import { saysService } from './vocabulary.ts';

export interface KeyLook {
  /** As the series key is compared: trimmed and upper-case. */
  readonly key: string;
  readonly rows: number;
  /** A text beside it, where there is one. */
  readonly text?: string;
}

export interface KeyPattern {
  readonly pattern: string;
  /** Share of the rows whose key fits. */
  readonly fits: number;
  /** Keys that do not fit, the most frequent first. */
  readonly others: readonly string[];
  /** Keys that do not fit, and how many of them name no product. */
  readonly otherKeys: number;
}

/** Share of rows that the keys of products must have before others are taken for something else. */
const mostly = 0.97;

/**
 * The form that nearly all keys share, where those without it name services, corrections or tests (`POST`, `BANK CHARGES`): digits of one
 * length, with letters behind them or not. Nothing where keys have many forms, or where the others may well be products.
 */
export function productKeyPattern(keys: readonly KeyLook[]): KeyPattern | undefined {
  const rows = keys.reduce((sum, key) => sum + key.rows, 0);
  const byLead = new Map<string, KeyLook[]>();
  for (const key of keys) {
    const lead = leadOf(key.key);
    if (lead === undefined) continue;
    const group = byLead.get(lead) ?? [];
    group.push(key);
    byLead.set(lead, group);
  }
  const [lead, group] = [...byLead].sort((a, b) => rowsOf(b[1]) - rowsOf(a[1]))[0] ?? [];
  if (lead === undefined || group === undefined || rows === 0) return undefined;
  const tail = group.reduce((longest, { key }) => Math.max(longest, key.length - Number(lead)), 0);
  const pattern = `^[0-9]{${lead}}${tail === 0 ? '' : `[A-Z]{0,${String(tail)}}`}$`;
  const others = keys.filter((key) => !group.includes(key));
  const fits = rowsOf(group) / rows;
  const services = others.filter(({ key, text }) => saysService(key) || (text !== undefined && saysService(text)));
  if (fits < mostly || others.length === 0 || services.length < 2 || others.length > 0.1 * keys.length) return undefined;
  return { pattern, fits, others: others.toSorted((a, b) => b.rows - a.rows).map(({ key }) => key), otherKeys: others.length };
}

const rowsOf = (keys: readonly KeyLook[]): number => keys.reduce((sum, key) => sum + key.rows, 0);

/** Number of leading digits of a key that is digits and then at most two letters. */
function leadOf(key: string): string | undefined {
  const match = /^([0-9]{3,})[A-Z]{0,2}$/.exec(key);
  return match?.[1] === undefined ? undefined : String(match[1].length);
}
