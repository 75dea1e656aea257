/** Whether a path names many files: `*` and `?` within a name, `**` for any folders. Brackets and braces are plain characters. */
export function isPattern(path: string): boolean {
  return /[*?]/.test(path);
}

/** The folder before the first segment with a wildcard, and the segments from there on. `data/2024-*` + `/x.csv` begins in `data`. */
export function splitPattern(path: string): { readonly base: string; readonly segments: readonly string[] } {
  const parts = path.split('/');
  const first = parts.findIndex(isPattern);
  return first < 0 ? { base: path, segments: [] } : { base: parts.slice(0, first).join('/'), segments: parts.slice(first) };
}

/**
 * Whether a name fits a segment of a pattern. Goes back to the last star only, so that the time is at most the product of both lengths.
 * A leading dot must be written out, as in every shell.
 */
export function matchesSegment(name: string, segment: string): boolean {
  if (name.startsWith('.') && !segment.startsWith('.')) return false;
  const letters = [...name];
  const wanted = [...segment];
  let [at, seen, star, resume] = [0, 0, -1, 0];
  while (at < letters.length) {
    if (wanted[seen] === '*') {
      star = seen;
      resume = at;
      seen += 1;
    } else if (seen < wanted.length && (wanted[seen] === '?' || wanted[seen] === letters[at])) {
      at += 1;
      seen += 1;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      seen = star + 1;
    } else {
      return false;
    }
  }
  return wanted.slice(seen).every((letter) => letter === '*');
}

/** Whether a path below the base fits all segments. */
export function matchesSegments(path: readonly string[], segments: readonly string[]): boolean {
  // Which numbers of segments can be used up by the folders so far: no path is tried twice, however many `**` there are.
  let reached = new Set([0]);
  const skipFolders = (positions: Set<number>): Set<number> => {
    for (const position of positions) if (segments[position] === '**') positions.add(position + 1);
    return positions;
  };
  skipFolders(reached);
  for (const name of path) {
    const next = new Set<number>();
    for (const position of reached) {
      const segment = segments[position];
      if (segment === undefined) continue;
      if (segment === '**') {
        if (!name.startsWith('.')) next.add(position);
      } else if (matchesSegment(name, segment)) next.add(position + 1);
    }
    reached = skipFolders(next);
  }
  return reached.has(segments.length);
}

/** Constants that folders of the form `key=value` give every row of their files; undefined without any. */
export function partitionOf(folders: readonly string[]): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (const folder of folders) {
    const match = /^([^=]+)=(.*)$/s.exec(folder);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    found[decoded(match[1])] = match[2] === '__HIVE_DEFAULT_PARTITION__' ? '' : decoded(match[2]);
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/** Hive writes what a folder's name can't hold as %XX. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a plain percent sign
  }
}

const dataFile = /\.(csv|tsv|txt|json|jsonl|ndjson|parquet|pq|xlsx|xlsm)(\.gz)?$/i;

/** Whether a file in a folder is data: others (notes, markers like `_SUCCESS`, what is being written) are passed over. */
export function isDataFile(path: readonly string[]): boolean {
  return path.every((name) => !name.startsWith('.') && !name.startsWith('_')) && dataFile.test(path.at(-1) ?? '');
}

/** Order of UTF-16 code units: the same on every machine. */
export function inOrder<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
}
