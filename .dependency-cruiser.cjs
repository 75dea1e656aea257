/** The arrows of docs/architecture.md, executable. Files at the root of adapters/ are shared by its rooms. */
const only = (name, from, allowed, extra = {}) => ({
  name,
  severity: 'error',
  comment: `${from} may import ${allowed}`,
  from: { path: `^${from}/`, ...extra },
  to: { pathNot: allowed, dependencyTypesNot: ['core'] },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-orphan-resolution', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'domain-is-pure', severity: 'error', from: { path: '^domain/' }, to: { pathNot: '^domain/' } },
    { name: 'contracts-know-domain-and-zod', severity: 'error', from: { path: '^contracts/' }, to: { pathNot: '^(domain|contracts)/|node_modules/(zod|@hono)/' } },
    { name: 'zod-only-in-schemas', severity: 'error', from: { path: '^contracts/', pathNot: '\\.schema\\.ts$' }, to: { path: 'node_modules/' } },
    { name: 'workflows-are-deterministic', severity: 'error', from: { path: '^workflows/' }, to: { pathNot: '^(domain|contracts|workflows)/|node_modules/@temporalio/(workflow|common)/' } },
    { name: 'workflows-take-only-types-from-schemas', severity: 'error', from: { path: '^workflows/' }, to: { path: '\\.schema\\.ts$', dependencyTypesNot: ['type-only'] } },
    only('activities-get-effects-injected', 'activities', '^(domain|contracts|activities)/|node_modules/(@temporalio/(activity|common)|canonicalize)/'),
    { name: 'adapters-stay-apart', severity: 'error', from: { path: '^adapters/([^/]+)/' }, to: { path: '^adapters/([^/]+)/', pathNot: '^adapters/$1/' } },
    { name: 'adapters-know-no-composition', severity: 'error', from: { path: '^adapters/' }, to: { path: '^(activities|workflows|workers|config|api|cli|infra)/', pathNot: '^infra/toolchain/paths' } },
    { name: 'temporal-stays-in-its-adapter', severity: 'error', from: { path: '^adapters/', pathNot: '^adapters/temporal/' }, to: { path: 'node_modules/@temporalio/' } },
    { name: 'roots-do-not-know-each-other', severity: 'error', from: { path: '^(workers|api|cli)/' }, to: { path: '^(workers|api|cli)/', pathNot: '^$1/' } },
    { name: 'nothing-imports-tests', severity: 'error', from: { pathNot: '^(tests|bench)/|vitest' }, to: { path: '^tests/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.node.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'], extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'] },
  },
};
