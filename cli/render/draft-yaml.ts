/** A line of a YAML file and what is said about it. */
export interface DraftLine {
  readonly text: string;
  readonly comment?: string;
}

const plain = /^(\.{0,2}\/)*[\p{L}_][\p{L}\p{N}_./-]*( [\p{L}\p{N}_./-]+)*$/u;
const words = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n']);

/** A text as a YAML scalar that stands anywhere, in flow lists too. */
export function scalar(value: string): string {
  if (plain.test(value) && !words.has(value.toLowerCase())) return value;
  // What can't be seen is written out, which only double quotes do.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(value)) return JSON.stringify(value).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
  return `'${value.replaceAll("'", "''")}'`;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

export function flowList(values: readonly string[]): string {
  return `[${values.map(scalar).join(', ')}]`;
}

/** `{ column: Quantity, rule: more-than, value: 0 }`: numbers as they are, texts as scalars. */
export function flowMap(value: object): string {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{ ${entries.map(([key, item]: [string, unknown]) => `${scalar(key)}: ${flowValue(item)}`).join(', ')} }`;
}

function flowValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowValue).join(', ')}]`;
  return typeof value === 'string' ? scalar(value) : String(value);
}

const width = 110;
const column = 48;

/** Lines with their comments beside them where there is room, else above them. */
export function writeDraft(lines: readonly DraftLine[]): string {
  return lines.flatMap(({ text, comment }) => {
    if (comment === undefined || comment === '') return [text];
    // Names of the user's stand in comments: what ends a line must not.
    const said = comment.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
    const beside = `${text.padEnd(column)} # ${said}`;
    if (text !== '' && beside.length <= width) return [beside];
    const indent = ' '.repeat(/^ */.exec(text)?.[0].length ?? 0);
    return [...wrapped(said, width - indent.length - 2).map((line) => `${indent}# ${line}`), ...(text === '' ? [] : [text])];
  }).map((line) => `${line}\n`).join('');
}

function wrapped(text: string, most: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last !== '' && last.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
