// `node examples/goal/demo.mjs [GOAL] [--out DIR]`: solves one goal by rules, and by a model where one is configured
// (BATON_LLM_BASE_URL, BATON_LLM_MODEL, BATON_LLM_API_KEY). Answers go to stdout, pictures of both plans to DIR.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findServer } from 'baton-orchestrator';

const here = dirname(fileURLToPath(import.meta.url));
const baton = resolve(here, '../../dist/cli/main.js');
const config = ['--config', join(here, 'baton.config.ts')];
const PICTURES = { 'run.html': 'html', 'run.svg': 'svg', 'run.txt': 'text' };

const { goal, out } = readArguments();
const { BATON_LLM_BASE_URL: url, BATON_LLM_MODEL: model } = process.env;
const planners = url && model ? ['rules', 'model'] : ['rules'];
if (planners.length === 1) console.error('no model is configured (BATON_LLM_BASE_URL, BATON_LLM_MODEL): rules alone\n');

// Held here, so that not each command starts a server of its own.
const server = await findServer({ onProgress: (line) => console.error(line) }).catch((error) => {
  console.error(`error: ${error.message}`);
  return process.exit(3);
});
try {
  for (const planner of planners) await solve(planner);
} finally {
  await server.release();
}

async function solve(planner) {
  const id = `goal-${planner}-${randomBytes(4).toString('hex')}`;
  console.log(`\n## ${goal}, planned by ${planner}\n`);
  const exit = await run('solve', goal, '--planner', planner, '--id', id);
  if (exit !== 0) return void (process.exitCode = exit);
  const folder = join(out, planner);
  await mkdir(folder, { recursive: true });
  for (const [file, format] of Object.entries(PICTURES)) {
    const end = await run('graph', `${id}/solve`, '--format', format, '--output', relative('.', join(folder, file)));
    if (end !== 0) process.exitCode = end;
  }
}

/** The exit code. */
async function run(command, ...args) {
  const stdio = ['ignore', 'inherit', 'inherit'];
  const child = spawn(process.execPath, [baton, command, ...args, ...config], { stdio });
  const [exit] = await once(child, 'exit');
  return exit ?? 1;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
    if (positionals.length > 1) throw new Error(`expected one GOAL, got ${positionals.length}: put it in quotes`);
    const [said = 'compare the npm packages minimatch, picomatch and micromatch, and recommend one'] = positionals;
    return { goal: said, out: resolve(values.out ?? 'solved') };
  } catch (error) {
    console.error(`error: ${error.message}`);
    return process.exit(2);
  }
}
