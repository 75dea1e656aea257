/** What DuckDB says of a query, and how whoever wrote the query is told; the first that fits. */
const sayings: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/syntax error at end of input/, 'syntax error: it ends too early'],
  [/syntax error at or near "\)"/, 'syntax error at a ), or it is no SELECT'],
  [/syntax error at or near (.+)/, 'syntax error at $1'],
  [/Referenced column "(.+)" not found/, 'there is no column "$1" in sales'],
  [/column "(.+)" must appear in the GROUP BY clause/, 'the column "$1" is neither in GROUP BY nor summed up'],
  [/Ambiguous reference to column name "(.+?)"/, 'the column "$1" is in several of its tables; say in which one: sales.$1'],
  [/WHERE clause cannot contain aggregates/, 'WHERE looks at single rows; what is summed up belongs in HAVING'],
  [/Table with name (.+) does not exist/, 'there is no table $1: it can see sales only'],
  [/(?:Scalar|Aggregate|Table|Macro|Scalar Macro) Function with name (.+) does not exist/, 'there is no function $1'],
  [/No function matches the given name and argument types '(.+?)'/, '$1 does not fit these types; a CAST(… AS …) may help'],
  [/Cannot compare values of type (\w+).* and type (\w+?)(?:_LITERAL)?\b/, 'values of type $1 and $2 can\'t be compared; write a CAST(… AS …)'],
  [/Could not convert string ['"](.*)['"] to (\w+)/, '"$1" can\'t be read as $2; TRY_CAST takes NULL instead'],
  [/Overflow in (.+) of/, 'a number gets too large in a $1; write a CAST(… AS DOUBLE)'],
  [/failed to allocate|could not allocate|Out of Memory/i, 'it takes too much memory; make it look at less'],
  [/Cannot access file "(.+)" - (file system operations are disabled)/, '$2 in it: it can see sales only, not "$1"'],
];

/** DuckDB's reason in one line of plain words: without its name for the kind of error, its drawing of the place and its advice on settings. */
export function queryReason(message: string): string {
  const [first = ''] = message.replace(/^Failed to extract statements: /, '').split(/\n/);
  const said = first.replace(/^(?:[A-Z][A-Za-z]*(?: [A-Za-z]+){0,3}) Error: /, '').trim();
  for (const [pattern, words] of sayings) {
    const found = pattern.exec(message.split(/\n/)[0] ?? '');
    if (found !== null) return words.replaceAll(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '');
  }
  return /^[A-Z][a-z]/.test(said) ? `${said.charAt(0).toLowerCase()}${said.slice(1)}` : said;
}
