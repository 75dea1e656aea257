/** `541,909`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `0.571`; a dash for what could not be computed. */
export function score(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(3);
}

/** `541,909`, `12.5M`, `0.0125`: three to four digits, for tables and axes. */
export function compact(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(2);
  if (size >= 100_000) return value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 4 });
  return value.toLocaleString('en-US', { maximumSignificantDigits: size >= 1000 ? Math.max(4, String(Math.trunc(size)).length) : 4 });
}

/** A share as `0`, `1.3 %`, `< 0.1 %`: what is there is never called nothing. */
export function percent(share: number): string {
  if (share === 0) return '0';
  return share < 0.0005 ? '< 0.1 %' : `${(share * 100).toFixed(1)} %`;
}

/** `+0.012`, `-0.012`. */
export function signed(value: number | null | undefined): string {
  const text = score(value);
  return value !== null && value !== undefined && value > 0 ? `+${text}` : text;
}

/** `0.3 s`, `12 s`, `3 min 05 s`. */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** `2025-03-01 14:05`, in UTC, as the API gave it. */
export function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** The first 12 characters of a digest: enough to tell candidates apart, and accepted wherever a digest is. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

const bars = '▁▂▃▄▅▆▇█';

/** One bar per value, zero at the bottom; values are averaged where there are more than `width`. */
export function sparkline(values: readonly number[], width: number): string {
  const cells = values.length <= width ? values : averaged(values, width);
  const top = Math.max(...cells, 0);
  return cells.map((value) => bars[top <= 0 ? 0 : Math.max(0, Math.min(7, Math.round((value / top) * 7)))]).join('');
}

function averaged(values: readonly number[], width: number): number[] {
  return Array.from({ length: width }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / width), Math.floor(((i + 1) * values.length) / width));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
