// The packed package in projects of users: installed once, compiled by tsc under @tsconfig/strictest, and run.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackage, type Installed } from '../support/installed.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** A project of a user: the `type` of its package.json, and what its tsconfig.json adds to the strictest one. */
const PROJECTS = {
  esm: { type: 'module', options: { module: 'esnext', moduleResolution: 'bundler' } },
  // TypeScript lets such a file require a module only from nodenext on; Node.js has it since 20.19.
  commonjs: { type: 'commonjs', options: { module: 'nodenext' } },
  nodenext: { type: 'module', options: { module: 'nodenext' } },
  node16: { type: 'module', options: { module: 'node16' } },
} as const;

const PROGRAM = `
import { Baton, definePlan, functionAgent, type RunEvent } from 'baton-orchestrator';
import { z } from 'zod';

const shout = functionAgent({
  type: 'shout',
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  run: ({ text }) => ({ text: text.toUpperCase() }),
});
const plan = definePlan('greet', (p) => {
  const loud = p.task('loud', shout, { text: 'hello' });
  return p.output(loud.output.text);
});

async function main(taskQueue: string): Promise<void> {
  const baton = await Baton.embedded({ agents: [shout], directory: '..', taskQueue });
  const run = await baton.start(plan);
  const seen: RunEvent['type'][] = [];
  for await (const event of run.events()) seen.push(event.type);
  const { output } = await run.result();
  const text: string = output;
  // @ts-expect-error The output is text.
  const number: number = output;
  console.log(JSON.stringify([text, typeof number, seen]));
  await baton.close();
}
void main(process.argv[2] ?? 'default');
`;

let installed: Installed;
beforeAll(async () => {
  installed = await installPackage(['@tsconfig/strictest', '@types/node@20', 'zod@4']);
}, 600_000);
afterAll(() => installed.remove());

test.each(Object.entries(PROJECTS))(
  'a project in %s compiles with the strictest settings, and runs',
  async (name, { type, options }) => {
    const { directory, env } = installed;
    const cwd = join(directory, name);
    await mkdir(cwd);
    const tsconfig = {
      extends: '@tsconfig/strictest/tsconfig.json',
      compilerOptions: { target: 'es2023', lib: ['es2023'], types: ['node'], outDir: 'out', rootDir: '.', ...options },
      include: ['*.ts'],
    };
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ type }));
    await writeFile(join(cwd, 'tsconfig.json'), JSON.stringify(tsconfig));
    await writeFile(join(cwd, 'main.ts'), PROGRAM);
    const compiled = await execa(process.execPath, [TSC], { cwd, env, extendEnv: false, reject: false });
    expect([compiled.stdout, compiled.exitCode]).toEqual(['', 0]);
    const { stdout, stderr } = await execa(process.execPath, ['out/main.js', name], { cwd, env, extendEnv: false });
    // Node.js may warn that it loads an ES module by `require`.
    expect(stderr.replaceAll(/^.*(?:ExperimentalWarning|--trace-warnings).*$/gm, '').trim()).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      'HELLO',
      'string',
      ['run.started', 'task.started', 'task.completed', 'run.ended'],
    ]);
  },
  300_000,
);
