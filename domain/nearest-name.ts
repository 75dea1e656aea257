/** How many letters must be put in, taken out or changed to make one text of the other. */
export type Distance = (a: string, b: string) => number;

/** Letters that may differ, whatever the length, and the share of the name's letters that may. */
const fewLetters = 2;
const share = 1 / 3;

/**
 * The known name that a mistyped one is nearest to, where it can be meant: at most two letters differ, or a third of the name's. Upper and
 * lower case don't count. Of names equally near the first; undefined where none is near, and a hint would only mislead.
 * @param distance Levenshtein's
 */
export function nearestName(given: string, known: readonly string[], distance: Distance): string | undefined {
  const wanted = given.toLowerCase();
  const limit = Math.max(fewLetters, wanted.length * share);
  let [best, least]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const name of known) {
    const far = distance(wanted, name.toLowerCase());
    // Names of which no letter is the same have nothing to do with each other, however short they are.
    if (far > limit || far >= Math.max(wanted.length, name.length) || far >= least) continue;
    [best, least] = [name, far];
  }
  return best;
}
