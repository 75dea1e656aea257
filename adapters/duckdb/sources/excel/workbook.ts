import { posix } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { BadInput } from '../../../../contracts/failure.ts';
import { nearestName } from '../../../../domain/nearest-name.ts';
import { quoted } from '../../row-values.ts';
import { type CellKind, isDateFormat } from './number-formats.ts';
import { createXmlReader, XmlError, type XmlEvents } from './xml-reader.ts';
import { damaged, openZip, type ZipArchive } from './zip-archive.ts';

/** A workbook with what its sheets refer to. */
export interface Workbook {
  readonly uri: string;
  readonly archive: ZipArchive;
  readonly sheets: readonly { readonly name: string; readonly entry: string }[];
  readonly texts: readonly string[];
  /** By number of the cell's style. */
  readonly kinds: readonly CellKind[];
  readonly from1904: boolean;
}

/** Characters of shared texts that are kept in memory. */
const mostTextCharacters = 256 << 20;
const mostTexts = 8_000_000;

/** Opens a workbook (.xlsx, .xlsm). Throws `BadInput` for any other archive, and for a damaged or expanding one. */
export async function openWorkbook(path: string, uri: string): Promise<Workbook> {
  const archive = await openZip(path, uri);
  if (archive.has('xl/workbook.bin')) throw new BadInput(`${uri}: this is a binary workbook (.xlsb); save it as .xlsx, or export it as CSV`);
  if (!archive.has('xl/workbook.xml')) throw new BadInput(`${uri}: this is a zip archive, not an Excel workbook; unpack it`);
  const parts = await readParts(archive, uri);
  const names = await readSheetNames(archive, uri);
  const partOf = (type: string): string | undefined => [...parts.values()].find((part) => part.type.endsWith(`/${type}`))?.target;
  const sheets = names.list.flatMap(({ name, id }) => {
    const part = parts.get(id);
    // Charts and macros are sheets without cells.
    return part?.type.endsWith('/worksheet') === true ? [{ name, entry: part.target }] : [];
  });
  if (sheets.length === 0) throw damaged(uri, 'it has no sheet');
  return {
    uri, archive, sheets, from1904: names.from1904,
    texts: await readTexts(archive, partOf('sharedStrings'), uri),
    kinds: await readKinds(archive, partOf('styles'), uri),
  };
}

/** The entry of a sheet: the named one, else the first. */
export function sheetEntry({ sheets, uri }: Workbook, wanted: string | undefined): string {
  const sheet = wanted === undefined ? sheets[0] : sheets.find(({ name }) => name === wanted);
  if (sheet !== undefined) return sheet.entry;
  const names = sheets.map(({ name }) => name);
  const nearest = nearestName(wanted ?? '', names, distance);
  throw new BadInput(`${uri}: there is no sheet ${quoted(wanted ?? '')}; ${nearest === undefined ? 't' : `did you mean ${quoted(nearest)}? T`}he workbook has ${names.slice(0, 25).map(quoted).join(', ')}`);
}

/** Reads an entry of the archive as XML. After each piece `pause` may write what was found. */
export async function readXml(archive: ZipArchive, entry: string, uri: string, events: XmlEvents, pause: () => Promise<void> | void = () => undefined): Promise<void> {
  const reader = createXmlReader(events);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of archive.chunks(entry)) {
      reader.write(decoder.decode(chunk, { stream: true }));
      await pause();
    }
    reader.write(decoder.decode());
    reader.end();
  } catch (error) {
    if (error instanceof XmlError || (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')) throw damaged(uri, `${entry}: ${error instanceof XmlError ? error.message : 'it is not UTF-8'}`, error);
    throw error;
  }
  await pause();
}

async function readParts(archive: ZipArchive, uri: string): Promise<ReadonlyMap<string, { readonly type: string; readonly target: string }>> {
  const parts = new Map<string, { type: string; target: string }>();
  await readXml(archive, 'xl/_rels/workbook.xml.rels', uri, {
    open(name, attribute) {
      const [id, target] = [attribute('Id'), attribute('Target')];
      if (name !== 'Relationship' || id === undefined || target === undefined) return;
      parts.set(id, { type: attribute('Type') ?? '', target: target.startsWith('/') ? target.slice(1) : posix.join('xl', target) });
    },
    text: () => undefined,
    close: () => undefined,
  });
  return parts;
}

async function readSheetNames(archive: ZipArchive, uri: string): Promise<{ readonly list: readonly { readonly name: string; readonly id: string }[]; readonly from1904: boolean }> {
  const list: { name: string; id: string }[] = [];
  let from1904 = false;
  await readXml(archive, 'xl/workbook.xml', uri, {
    open(name, attribute) {
      if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attribute('date1904') ?? '');
      // `r:id`, not `sheetId`.
      if (name === 'sheet') list.push({ name: attribute('name') ?? '', id: attribute('id') ?? '' });
    },
    text: () => undefined,
    close: () => undefined,
  });
  return { list, from1904 };
}

async function readTexts(archive: ZipArchive, entry: string | undefined, uri: string): Promise<readonly string[]> {
  const texts: string[] = [];
  if (entry === undefined || !archive.has(entry)) return texts;
  let [current, characters, inText, inPhonetic] = ['', 0, false, false];
  await readXml(archive, entry, uri, {
    open(name) {
      if (name === 'si') current = '';
      if (name === 'rPh') inPhonetic = true;
      if (name === 't') inText = !inPhonetic;
    },
    text(text) {
      if (inText) current += text;
    },
    close(name) {
      if (name === 't') inText = false;
      if (name === 'rPh') inPhonetic = false;
      if (name !== 'si') return;
      characters += current.length;
      if (characters > mostTextCharacters || texts.length >= mostTexts) throw new BadInput(`${uri}: the texts of the workbook take more than ${String(mostTextCharacters >> 20)} MiB; export it as CSV or Parquet`);
      texts.push(plainText(current));
    },
  });
  return texts;
}

/** Control characters stand as `_x000D_` in a workbook. */
export function plainText(text: string): string {
  return text.includes('_x') ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text;
}

async function readKinds(archive: ZipArchive, entry: string | undefined, uri: string): Promise<readonly CellKind[]> {
  const kinds: CellKind[] = [];
  if (entry === undefined || !archive.has(entry)) return kinds;
  const codes = new Map<number, string>();
  let inCells = false;
  await readXml(archive, entry, uri, {
    open(name, attribute) {
      if (name === 'cellXfs') inCells = true;
      if (name === 'numFmt') codes.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '');
      if (name === 'xf' && inCells) {
        const id = Number(attribute('numFmtId') ?? 0);
        kinds.push(isDateFormat(id, codes.get(id)) ? 'date' : 'number');
      }
    },
    text: () => undefined,
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return kinds;
}
