// Which folder of src may import which folders and packages. ARCHITECTURE.md has the same table; test/architecture.test.ts
// compares them, and dependency-cruiser checks the imports.

/** From lowest to highest: a folder of src/domain imports only what stands before it. `.` are the files directly in src/domain. */
export const DOMAIN = [
  'text',
  '.',
  'json',
  'trace',
  'regexp',
  'expression',
  'call',
  'breaker',
  'budget',
  'pool',
  'agent',
  'event',
  'plan',
  'progress',
  'planning',
  'run',
  'builder',
  'picture',
];

/**
 * For each folder (with the file of the same name): the other folders whose values and types it may import, and those of which
 * it may import types only. `packages`: the packages it may import, if they are restricted; Node.js counts as `node`.
 */
export const ALLOWED = {
  domain: { folders: [], packages: ['zod', 'jsonata', 're2js', 'fastest-levenshtein', '#jsonata', '#re2'] },
  workflows: {
    folders: ['domain'],
    types: ['activities'],
    packages: ['@temporalio/workflow', '@temporalio/common', 'zod'],
  },
  system: { folders: ['domain'] },
  temporal: { folders: ['domain', 'system'], packages: ['@temporalio/client', '@temporalio/common', 'node'] },
  'json-schema': { folders: ['domain'], packages: ['ajv', 'ajv-formats', 'zod', 'node'] },
  'plan-file': { folders: ['domain'], packages: ['yaml', 'node'] },
  values: { folders: ['domain', 'system'] },
  server: { folders: ['domain', 'system', 'temporal'] },
  telemetry: { folders: ['domain', 'system', 'temporal'] },
  activities: { folders: ['domain', 'temporal', 'json-schema', 'system'] },
  guards: { folders: ['domain', 'activities', 'temporal', 'json-schema'] },
  events: { folders: ['domain', 'activities', 'client', 'server', 'system', 'temporal', 'worker'] },
  config: { folders: ['domain', 'activities', 'json-schema', 'plan-file', 'project', 'system', 'telemetry', 'values'] },
  project: { folders: ['domain', 'config'] },
  client: {
    folders: ['domain', 'json-schema', 'plan-file', 'project', 'server', 'temporal', 'values'],
    types: ['workflows'],
  },
  worker: {
    folders: [
      'domain',
      'activities',
      'client',
      'events',
      'guards',
      'project',
      'server',
      'telemetry',
      'temporal',
      'values',
    ],
  },
  embedded: { folders: ['domain', 'client', 'server', 'telemetry', 'worker'] },
  cli: {
    folders: [
      'domain',
      'client',
      'config',
      'events',
      'index',
      'plan-file',
      'project',
      'server',
      'system',
      'telemetry',
      'temporal',
      'values',
      'worker',
    ],
  },
};
