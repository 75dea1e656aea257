/** LightGBM's own parameter names and values (docs/Parameters.rst). */
export type LightgbmParameters = Readonly<Record<string, string | number | boolean>>;

/** The form the C API takes: `name=value name=value`. */
export function parameterText(parameters: LightgbmParameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
