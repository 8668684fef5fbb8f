// The templates of `baton init`: the files of `templates/base`, over which those of the chosen template are laid.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Template {
  readonly about: string;
  /** The file that declares the agents. */
  readonly config: string;
  /** Files of the base that it has no use for. */
  readonly without?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly test?: string;
}

const RUN_TESTS = 'node --test test/*.test.mjs';

export const TEMPLATES = {
  command: { about: 'agents that are programs, one in Node.js and one in Python', config: 'baton.config.yaml' },
  typescript: {
    about: 'an agent that is a TypeScript function, and one in Python',
    config: 'baton.config.ts',
    dependencies: { zod: '^4.0.0' },
    devDependencies: { '@types/node': '^20.0.0', typescript: '>=5.9' },
    test: `tsc && ${RUN_TESTS}`,
  },
  python: { about: 'agents in Python', config: 'baton.config.yaml' },
  llm: {
    about: 'an agent that calls a language model, and one in Python',
    config: 'baton.config.yaml',
    without: ['agents/count_words.py'],
    dependencies: { '@ai-sdk/openai-compatible': '^2.0.0', ai: '^6.0.0' },
  },
} as const satisfies Readonly<Record<string, Template>>;

export type TemplateName = keyof typeof TEMPLATES;

const ROOT = fileURLToPath(new URL('../../../templates/', import.meta.url));

/** The contents by path. npm leaves out files that are named `.gitignore`. */
export async function templateFiles(name: TemplateName): Promise<ReadonlyMap<string, string>> {
  const { without = [] }: Template = TEMPLATES[name];
  const files = new Map<string, string>();
  for (const folder of ['base', name])
    for (const entry of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const relative = path.slice(join(ROOT, folder).length + 1).replaceAll('\\', '/');
      files.set(relative.replace(/^_gitignore$/, '.gitignore'), await readFile(path, 'utf8'));
    }
  for (const path of without) files.delete(path);
  return files;
}

/** The package.json of a project. `baton`: the version or the file of this package. */
export function packageJson(name: string, template: TemplateName, baton: string): object {
  const { dependencies = {}, devDependencies = {}, test = RUN_TESTS }: Template = TEMPLATES[template];
  return {
    name,
    private: true,
    type: 'module',
    scripts: { start: 'baton run plan.yaml', dev: 'baton dev', test },
    dependencies: { 'baton-orchestrator': baton, ...dependencies },
    devDependencies: { '@temporalio/testing': '^1.24.0', ...devDependencies },
  };
}
