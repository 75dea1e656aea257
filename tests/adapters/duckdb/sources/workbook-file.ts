import { strToU8, type Zippable, zipSync } from 'fflate';

export interface SheetXml {
  readonly name: string;
  /** Content of `<sheetData>`. */
  readonly rows: string;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Style numbers of the workbooks made here. */
export const styles = { plain: 0, date: 1, moment: 2, elapsed: 3 } as const;

/** A workbook as Excel writes it: shared texts `texts`, number formats by {@link styles}. */
export function workbook(sheets: readonly SheetXml[], { texts = [], from1904 = false, more = {} }: { readonly texts?: readonly string[]; readonly from1904?: boolean; readonly more?: Zippable } = {}): Uint8Array {
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const ids = sheets.map((sheet, i) => ({ ...sheet, id: `rId${String(i + 1)}`, file: `sheet${String(i + 1)}.xml` }));
  return zipSync({
    'xl/workbook.xml': strToU8(`${head}<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr${from1904 ? ' date1904="1"' : ''}/><sheets>${ids.map(({ name, id }, i) => `<sheet name="${escaped(name)}" sheetId="${String(i + 1)}" r:id="${id}"/>`).join('')}</sheets></workbook>`),
    'xl/_rels/workbook.xml.rels': strToU8(`${head}<Relationships>${ids.map(({ id, file }) => `<Relationship Id="${id}" Type="${office}/worksheet" Target="worksheets/${file}"/>`).join('')}<Relationship Id="t" Type="${office}/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="s" Type="${office}/styles" Target="styles.xml"/></Relationships>`),
    'xl/styles.xml': strToU8(`${head}<styleSheet xmlns="${main}"><numFmts><numFmt numFmtId="164" formatCode="dd\\/mm\\/yyyy hh:mm"/><numFmt numFmtId="165" formatCode="&quot;days&quot; #,##0.00[Red]"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`),
    'xl/sharedStrings.xml': strToU8(`${head}<sst xmlns="${main}">${texts.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')}</sst>`),
    ...Object.fromEntries(ids.map(({ file, rows }) => [`xl/worksheets/${file}`, strToU8(`${head}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`)])),
    ...more,
  });
}

/** A row of texts and numbers, written in place. */
export function row(number: number, ...values: readonly (string | number)[]): string {
  const cells = values.map((value, i) => {
    const at = `${String.fromCharCode(65 + i)}${String(number)}`;
    if (value === '') return '';
    return typeof value === 'number' ? `<c r="${at}"><v>${String(value)}</v></c>` : `<c r="${at}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`;
  });
  return `<row r="${String(number)}">${cells.join('')}</row>`;
}
