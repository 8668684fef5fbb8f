// `baton init`: makes a project with a plan, two agents, a test, and schemas for editors.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { didYouMean, shown, withHint } from '../../domain/problem.js';
import { shellWord } from '../../domain/text/shell-word.js';
import { visibleName } from '../../domain/text/visible.js';
import { findOnPath } from '../../system/executable.js';
import { firstLineOf, systemCodeOf } from '../../system/system-error.js';
import type { JsonOption } from '../arguments/options.js';
import { UsageError } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';
import { packageJson, templateFiles, TEMPLATES, type TemplateName } from './templates.js';
import { schemaFiles } from './write-schemas.js';
import { writeProject } from './write-project.js';

export interface InitOptions extends JsonOption {
  readonly template: string;
  readonly package?: string;
}

/** What an empty folder may have: a repository that has just been made. */
const ALLOWED = new Set(['.git', '.DS_Store']);
const SHOWN = 3;

/** Throws UsageError: then nothing was written. */
export async function init(io: Io, directory: string, options: InitOptions): Promise<void> {
  const template = templateOf(options.template);
  if (directory === '') throw new UsageError(['dir: expected a folder, got ""']);
  const path = resolve(io.cwd, directory);
  await requireEmpty(path, directory);
  const files = await filesOf(io, path, template, options.package);
  for (const [name, text] of schemaFiles()) files.set(join('schemas', name), text);
  await writeProject(path, files).catch((error: unknown) => {
    throw new UsageError([`${visibleName(directory)}: the project cannot be written: ${firstLineOf(error)}`]);
  });
  const hasPython = (await findOnPath('python3')) !== undefined;
  const written = [...files.keys()].sort();
  if (options.json === true) return io.printJson({ directory: path, template, files: written, hasPython });
  io.print(written.map((name) => `created ${join(directory, name)}`).join('\n'));
  if (!hasPython)
    io.note('python3 is not on PATH: install Python 3 before you run the plan, because one agent is in Python');
  io.note(nextSteps(directory, template).join('\n'));
}

function templateOf(name: string): TemplateName {
  if (Object.hasOwn(TEMPLATES, name)) return name as TemplateName;
  const names = Object.keys(TEMPLATES);
  const message = `--template: expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, got ${shown(name)}`;
  throw new UsageError([withHint(message, didYouMean(name, names))]);
}

async function requireEmpty(path: string, directory: string): Promise<void> {
  const what = visibleName(directory);
  const names = await readdir(path).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    const got = systemCodeOf(error) === 'ENOTDIR' ? 'a file' : firstLineOf(error);
    throw new UsageError([`${what}: expected an empty folder, got ${got}; name another folder`]);
  });
  const found = names.filter((name) => !ALLOWED.has(name)).sort();
  if (found.length === 0) return;
  const some = found.slice(0, SHOWN).map(visibleName).join(', ');
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  throw new UsageError([`${what}: expected an empty folder, found ${some}${more} in it; name another folder`]);
}

async function filesOf(
  { cwd }: Io,
  path: string,
  template: TemplateName,
  given: string | undefined,
): Promise<Map<string, string>> {
  const files = new Map(await templateFiles(template));
  const words = basename(path)
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const name = words.filter((word) => word !== '').join('-') || 'baton-project';
  const own = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const baton = given === undefined ? `^${own.version}` : await packageSpec(given, cwd, path);
  files.set('package.json', `${JSON.stringify(packageJson(name, template, baton), null, 2)}\n`);
  const readme = files.get('README.md') ?? '';
  files.set('README.md', readme.replace('NAME', name).replace('CONFIG', TEMPLATES[template].config));
  return files;
}

/** A path is relative to the working directory, and in package.json to the project. Throws UsageError. */
async function packageSpec(given: string, cwd: string, path: string): Promise<string> {
  if (given.trim() === '') throw new UsageError(['--package: expected a version or a file, got ""']);
  if (/^\w+:/.test(given) || !/^\.{0,2}\/|\.tgz$/.test(given)) return given;
  await stat(resolve(cwd, given)).catch((error: unknown) => {
    const reason = systemCodeOf(error) === 'ENOENT' ? 'no such file' : firstLineOf(error);
    throw new UsageError([`--package: ${visibleName(given)}: ${reason}`]);
  });
  return `file:${isAbsolute(given) ? given : relative(path, resolve(cwd, given))}`;
}

function nextSteps(directory: string, template: TemplateName): string[] {
  const cd = directory === '.' ? [] : [`  cd ${shellWord(directory)}`];
  const model =
    template === 'llm'
      ? ['  ollama pull llama3.2      the model of baton.config.yaml; you can name another one there']
      : [];
  return [
    'next:',
    ...cd,
    '  npm install',
    ...model,
    '  npx baton run plan.yaml --id first',
    '  npx baton graph first --format html --output first.html',
    '  npx baton dev      a server with a Web UI, and a worker that is started again when you change an agent',
  ];
}
