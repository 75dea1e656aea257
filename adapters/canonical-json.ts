import canonicalizeModule from 'canonicalize';

// The package is CommonJS (`module.exports = serialize`) while its types describe an ES module with a default export,
// so TypeScript sees the namespace where Node gives the function. This is the one place that knows.
const canonicalize = canonicalizeModule as unknown as typeof canonicalizeModule.default;

/**
 * Canonical JSON (RFC 8785): equal values give equal text, whatever the order of their keys. Keys whose value is
 * `undefined` are left out.
 * @throws TypeError when the value has no JSON form: a NaN or an infinite number, a function, `undefined`
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (error) {
    throw new TypeError(`value has no JSON form: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (text === undefined) throw new TypeError(`value has no JSON form: it is ${typeof value}`);
  return text;
}
