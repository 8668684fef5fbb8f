// What the planners have to work with: four agents that look at packages, and one that weighs what they found.
import { AgentError, functionAgent } from 'baton-orchestrator';
import { z } from 'zod';
import { dependenciesOf, findPackage, isPackageName, readManifest, sizeOf } from './packages.js';
import { Facts, recommend } from './recommend.js';

const Package = z.object({ name: z.string(), path: z.string() });

const finder = functionAgent({
  type: 'find-packages',
  description: 'Finds installed npm packages by their names, written as a list such as "a, b and c"',
  input: z.object({ names: z.string(), directory: z.string().optional() }),
  output: z.object({ packages: z.array(Package) }),
  async run({ names, directory = '.' }) {
    const list = names.split(/[\s,]+(?:and[\s,]+)?/).filter((name) => name !== '');
    const packages = await Promise.all(list.map((name) => found(name, directory)));
    return { packages };
  },
});

async function found(name: string, directory: string): Promise<z.infer<typeof Package>> {
  const path = isPackageName(name) ? await findPackage(name, directory) : undefined;
  if (path !== undefined) return { name, path };
  const message = `expected the name of a package that is installed here, got ${JSON.stringify(name)}`;
  throw new AgentError(message, { retryable: false });
}

const size = functionAgent({
  type: 'measure-size',
  description: 'Counts the files and bytes of one package',
  input: Package,
  output: Facts.shape.sizes.element,
  run: async ({ name, path }) => ({ name, ...(await sizeOf(path)) }),
});

const dependencies = functionAgent({
  type: 'list-dependencies',
  description: 'Lists all packages that one package needs, those that these need included',
  input: Package,
  output: Facts.shape.dependencies.element,
  run: async ({ name, path }) => ({ name, needs: await dependenciesOf(path) }),
});

const manifest = functionAgent({
  type: 'read-manifest',
  description: 'Tells version and licence of one package, and whether it comes with types',
  input: Package,
  output: Facts.shape.manifests.element,
  async run({ name, path }) {
    const { version, license, types, typings } = await readManifest(path);
    return { name, version, licence: license, typed: (types ?? typings) !== undefined };
  },
});

const recommender = functionAgent({
  type: 'recommend',
  description: 'Compares packages by sizes, dependencies and manifests, and recommends one, as Markdown',
  input: Facts,
  output: z.string(),
  run: recommend,
});

export const agents = [finder, size, dependencies, manifest, recommender];
