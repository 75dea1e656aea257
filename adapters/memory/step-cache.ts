/** Twin of the step cache in PostgreSQL. */
export function createMemoryStepCache() {
  const entries = new Map<string, string>();
  async function get(key: string): Promise<unknown> {
    const text = entries.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }
  return {
    get,
    async put(key: string, { outputs }: { readonly step: string; readonly outputs: unknown }): Promise<unknown> {
      if (!entries.has(key)) entries.set(key, JSON.stringify(outputs ?? null));
      return get(key);
    },
  };
}
