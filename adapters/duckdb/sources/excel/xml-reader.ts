/** What a document holds, in its order. Names come without their namespace's prefix. */
export interface XmlEvents {
  open(name: string, attributes: Attributes): void;
  text(text: string): void;
  close(name: string): void;
}

/** Value of an attribute by its name without a prefix; undefined where there is none. */
export type Attributes = (name: string) => string | undefined;

/** The document is no XML, or uses what no workbook needs. */
export class XmlError extends Error {}

const longestTag = 1 << 20;
/** No quantifier follows another one that could take the same character, so the time is linear. */
const tag = /<(\/?)([^\s/>"'<]+)((?:[^"'<>]|"[^"<]*"|'[^'<]*')*)>/y;
const attributePattern = /([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * Reads XML piece by piece: `write` text as it comes, `end` after the last one. Document types and their entities are refused, since
 * they are what XML bombs are made of. Memory holds one tag or one run of text.
 */
export function createXmlReader(events: XmlEvents): { write(text: string): void; end(): void } {
  let rest = '';
  function read(text: string): number {
    let at = 0;
    for (;;) {
      const next = text.indexOf('<', at);
      if (next < 0) return at;
      if (next > at) events.text(unescaped(text.slice(at, next)));
      at = next;
      const special = text.startsWith('<!', at) || text.startsWith('<?', at);
      if (special) {
        const after = skipSpecial(text, at, events);
        if (after === undefined) return at;
        at = after;
        continue;
      }
      tag.lastIndex = at;
      const match = tag.exec(text);
      if (match === null) {
        if (text.length - at > longestTag) throw new XmlError('a tag does not end');
        if (text.includes('<', at + 1)) throw new XmlError('a tag is broken');
        return at;
      }
      const [whole, slash, name = '', inside = ''] = match;
      const plain = name.slice(name.indexOf(':') + 1);
      if (slash === '/') events.close(plain);
      else {
        events.open(plain, attributesIn(inside));
        if (inside.endsWith('/')) events.close(plain);
      }
      at += whole.length;
    }
  }
  return {
    write(text) {
      const whole = rest + text;
      const used = read(whole);
      rest = whole.slice(used);
      if (rest.length > 4 * longestTag) throw new XmlError('a text does not end');
    },
    end() {
      if (rest.trim() !== '') throw new XmlError('it ends early');
    },
  };
}

/** Place after a comment, an instruction or a CDATA section; undefined while its end hasn't come. */
function skipSpecial(text: string, at: number, events: XmlEvents): number | undefined {
  const ends: readonly (readonly [string, string])[] = [['<!--', '-->'], ['<![CDATA[', ']]>'], ['<?', '?>']];
  const found = ends.find(([start]) => text.startsWith(start, at));
  if (found === undefined) {
    if (ends.some(([start]) => start.startsWith(text.slice(at)))) return undefined;
    throw new XmlError('it declares a document type');
  }
  const [start, end] = found;
  const close = text.indexOf(end, at + start.length);
  if (close < 0) return undefined;
  if (start === '<![CDATA[') events.text(text.slice(at + start.length, close));
  return close + end.length;
}

/** Taken apart when first asked, once. */
function attributesIn(inside: string): Attributes {
  let found: Map<string, string> | undefined;
  return (wanted) => {
    if (found === undefined) {
      found = new Map();
      for (const [, name = '', double, single] of inside.matchAll(attributePattern)) found.set(name.slice(name.indexOf(':') + 1), double ?? single ?? '');
    }
    const value = found.get(wanted);
    return value === undefined ? undefined : unescaped(value);
  };
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
  });
}
