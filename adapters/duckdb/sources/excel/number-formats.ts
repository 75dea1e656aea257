/** How the number of a cell is meant. */
export type CellKind = 'number' | 'date';

/** Numbers of formats that every workbook has without naming them; 27 to 36 and 50 to 58 are dates of East Asian versions. */
function isBuiltInDate(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/** Whether a number format writes a date or time: it has year, month, day, hour or second outside of quoted text, escapes and brackets. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return isBuiltInDate(id);
  const [first = ''] = code.split(';');
  const letters = first.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?![hms]+\])[^\]]*\]/gi, '');
  return !/general/i.test(letters) && /[ymdhse年月日]/i.test(letters.replace(/E[+-]/gi, ''));
}

const dayMs = 86_400_000;

/**
 * A date as Excel counts it (days since the end of 1899, or since 1904) in ISO 8601: the day alone where there is no time, the time alone
 * for less than a day. Excel takes 1900 for a leap year; days before 1 March 1900 are one off for that. Undefined outside of 1900 to 9999.
 */
export function isoOfSerial(serial: number, from1904: boolean): string | undefined {
  if (!(serial >= 0 && serial < 2_958_466)) return undefined;
  const ms = Math.round(serial * dayMs);
  if (ms < dayMs && !from1904) return new Date(ms).toISOString().slice(11, 19);
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const iso = new Date(epoch + ms).toISOString();
  if (ms % dayMs === 0) return iso.slice(0, 10);
  return iso.slice(0, 23).replace('T', ' ').replace('.000', '');
}
