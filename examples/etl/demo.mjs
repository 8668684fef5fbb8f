// Runs the plan twice on generated files: with as many broken ones as it tolerates, and with more.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const baton = resolve(here, '../../dist/cli/main.js');
const place = await mkdtemp(join(tmpdir(), 'baton-etl-'));

for (const broken of [3, 5]) {
  const dir = join(place, `${broken}-broken`);
  const out = join(place, `${broken}-broken-out`);
  await generate(dir, { files: 12, broken });
  console.log(`\n${broken} of 12 files are broken; 30% are tolerated\n`);
  const input = JSON.stringify({ dir, out });
  const args = ['run', join(here, 'plan.yaml'), '--config', join(here, 'baton.config.yaml'), '--input', input];
  // The report is printed below, for both runs alike; what a run that completes prints is the same.
  const child = spawn(process.execPath, [baton, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [exit] = await once(child, 'exit');
  console.log(`\nexit ${exit}; ${out} holds:\n`);
  console.log(await readFile(join(out, 'report.md'), 'utf8').catch(() => 'no report\n'));
  if (exit > 1) process.exit(exit);
}
