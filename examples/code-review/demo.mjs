// `npm run demo -- [PATH] [--out DIR]`: reviews the repository at PATH, by default this one, through the `baton` command.
// The live table goes to stderr, the report to stdout. Exit: that of `baton run`; 2 if PATH is no directory.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const baton = resolve(here, '../../dist/cli/main.js');
// npm starts scripts in the directory of the package, and says where it was called.
const base = (process.env.npm_lifecycle_event === 'demo' ? process.env.INIT_CWD : undefined) ?? process.cwd();

function refuse(line) {
  console.error(`error: ${line}`);
  process.exit(2);
}

const { path, out } = readArguments();
if (!existsSync(baton)) refuse('baton is not built; run "npm ci" or "npm run build" first');

const id = `code-review-${randomBytes(4).toString('hex')}`;
const args = ['run', join(here, 'plan.yaml'), '--config', join(here, 'baton.config.ts'), '--id', id];
const child = spawn(process.execPath, [baton, ...args, '--input', JSON.stringify({ path, out })], {
  cwd: base,
  stdio: 'inherit',
});
// The terminal sends Ctrl-C to both; what it means is for `baton run` to say.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => refuse(`cannot start baton: ${error.message}`));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
  if (process.exitCode <= 1) tell(process.exitCode);
});

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { out: { type: 'string' } },
    });
    if (positionals.length > 1) refuse(`expected one PATH, got ${positionals.length}: ${positionals.join(' ')}`);
    const given = positionals[0] ?? (process.env.npm_lifecycle_event === 'demo' ? process.cwd() : base);
    return { path: checkDirectory(resolve(base, given), given), out: resolve(base, values.out ?? 'review') };
  } catch (error) {
    return refuse(error.message);
  }
}

function checkDirectory(directory, given) {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found === undefined)
    refuse(`expected the path of a directory, got ${JSON.stringify(given)}: there is no such path`);
  if (!found.isDirectory()) refuse(`expected the path of a directory, got ${JSON.stringify(given)}: it is a file`);
  try {
    accessSync(directory, constants.R_OK | constants.X_OK);
  } catch {
    refuse(`expected a directory that can be read, got ${JSON.stringify(given)}`);
  }
  return directory;
}

/** A review with a gap is a run that failed, and `baton run` prints the output of those that did not. */
function tell(exit) {
  if (!isReportOfThisRun()) return;
  if (exit !== 0) process.stdout.write(readFileSync(join(out, 'report.md'), 'utf8'));
  // `npx baton` in the repository itself would build the package again.
  const command = `node ${relative(base, baton)}`;
  const name = (file) => relative(base, join(out, file)) || file;
  const lines = [
    ...atAGlance(),
    '',
    `report    ${name('report.md')}, ${name('report.json')}`,
    `picture   ${command} graph ${id} --format html > run.html`,
    `Web UI    ${command} dev`,
  ];
  for (const line of lines) console.error(line);
}

/** The table of the report again, where the eye is at the end. */
function atAGlance() {
  const report = readFileSync(join(out, 'report.md'), 'utf8');
  const table = /^## (At a glance)\n\n((?:\|.*\n)+)/m.exec(report);
  return table === null ? [] : ['', table[1], '', table[2].trimEnd()];
}

function isReportOfThisRun() {
  try {
    return JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')).run === id;
  } catch {
    return false;
  }
}
