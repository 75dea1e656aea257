/** Twin of the step cache in PostgreSQL. */
export function createMemoryStepCache() {
  const entries = new Map<string, string>();
  async function get(key: string): Promise<unknown> {
    const text = entries.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }
  return {
    get,
    async put(key: string, { outputs, unusable }: { readonly step: string; readonly outputs: unknown; readonly unusable?: unknown }): Promise<unknown> {
      if (!entries.has(key) || entries.get(key) === JSON.stringify(unusable)) entries.set(key, JSON.stringify(outputs ?? null));
      return get(key);
    },
  };
}
