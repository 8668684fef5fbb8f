// Checks the import rule of scripts/import-rule.mjs, and that there are no import cycles.
import { ALLOWED, DOMAIN } from './scripts/import-rule.mjs';

const folder = (name) => `^src/${name}(/|\\.ts$)`;
const domainFolder = (name) => (name === '.' ? '^src/domain/[^/]+\\.ts$' : `^src/domain/${name}/`);
const npm = (name) => `(^|/)node_modules/${name}/`;

const folderRules = Object.entries(ALLOWED).flatMap(([from, { folders, types = [] }]) => {
  const rule = (names, kind, dependencyTypes) => ({
    name: `${from}-imports-${kind}`,
    comment: `src/${from} may import ${kind} of: ${[from, ...names].join(', ')}`,
    severity: 'error',
    from: { path: folder(from) },
    to: { path: '^src/', pathNot: [from, ...names].map(folder), ...dependencyTypes },
  });
  return [
    rule(folders, 'values', { dependencyTypesNot: ['type-only'] }),
    rule([...folders, ...types], 'types', { dependencyTypes: ['type-only'] }),
  ];
});

const packageRules = Object.entries(ALLOWED).flatMap(([from, { packages }]) => {
  if (packages === undefined) return [];
  const nodes = packages.includes('node') ? [] : ['core'];
  return [
    {
      name: `${from}-packages`,
      comment: `src/${from} may import these packages: ${packages.join(', ')}`,
      severity: 'error',
      from: { path: folder(from) },
      to: { path: 'node_modules/', pathNot: packages.map(npm) },
    },
    ...(nodes.length === 0
      ? []
      : [
          {
            name: `${from}-node`,
            comment: `src/${from} may not import modules of Node.js`,
            severity: 'error',
            from: { path: folder(from) },
            to: { dependencyTypes: ['core'] },
          },
        ]),
  ];
});

const domainRules = DOMAIN.map((name, index) => ({
  name: `domain-${name === '.' ? 'files' : name}`,
  comment: `src/domain/${name} may import only folders that stand before it in the list DOMAIN`,
  severity: 'error',
  from: { path: domainFolder(name) },
  to: { path: '^src/domain/', pathNot: DOMAIN.slice(0, index + 1).map(domainFolder) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...folderRules,
    ...packageRules,
    ...domainRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|generated)/' },
    // Imports of types count too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
