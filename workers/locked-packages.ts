import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * `name@version` of npm packages and of all that they need, sorted, as package-lock.json of `root` has them.
 * @throws for a package that isn't locked
 */
export function lockedPackages(root: string, names: readonly string[]): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Readonly<Record<string, LockedPackage>> };
  const found = new Set<string>();
  const visit = (from: string, name: string, isOptional: boolean): void => {
    const path = locate(packages, from, name);
    if (path === undefined) {
      if (isOptional) return;
      throw new RangeError(`${name}${from && `, which ${from} needs,`} is not in package-lock.json: run \`npm install\``);
    }
    if (found.has(path)) return;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = packages[path] ?? {};
    for (const needed of Object.keys(dependencies)) visit(path, needed, needed in optionalDependencies);
    for (const needed of Object.keys(optionalDependencies)) visit(path, needed, true);
  };
  for (const name of names) visit('', name, false);
  return [...found].sort().map((path) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${packages[path]?.version ?? ''}`);
}

/** Where Node would find `name` from the package at `from`: the nearest node_modules upwards. */
function locate(packages: Readonly<Record<string, LockedPackage>>, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = `${at}${at && '/'}node_modules/${name}`;
    if (path in packages) return path;
    if (at === '') return undefined;
  }
}

/**
 * The lines of infra/toolchain/requirements.txt that pin these Python packages; several where the version depends on the interpreter.
 * @throws for a package that isn't locked
 */
export function lockedPythonPackages(root: string, names: readonly string[]): string[] {
  const lines = readFileSync(join(root, 'infra', 'toolchain', 'requirements.txt'), 'utf8').split('\n');
  return names.flatMap((name) => {
    const pins = lines.filter((line) => line.startsWith(`${name}==`)).map((line) => line.replace(/\s*\\$/, ''));
    if (pins.length === 0) throw new RangeError(`${name} is not in infra/toolchain/requirements.txt`);
    return pins;
  });
}
