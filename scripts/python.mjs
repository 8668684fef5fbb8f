// Installs the Python package with its tools into clients/python/.venv, by uv, which it installs if it is not there.
//   npm run python            installs
//   npm run python -- check   installs, and then runs format, lint, types and tests
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../clients/python', import.meta.url));
const VENV = join(PACKAGE, '.venv');
const at = (name) => join(VENV, 'bin', name);

const run = (program, ...args) => execFileSync(program, args, { cwd: PACKAGE, stdio: 'inherit' });

function has(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The path of uv: that of the machine, or one within the environment. */
function findUv() {
  if (has('uv')) return 'uv';
  if (!existsSync(at('uv'))) {
    run('python3', '-m', 'venv', VENV);
    run(at('python'), '-m', 'pip', 'install', '--quiet', 'uv');
  }
  return at('uv');
}

const [mode] = process.argv.slice(2);
if (mode !== undefined && mode !== 'check') {
  console.error(`npm run python: expected nothing or check, got ${JSON.stringify(mode)}`);
  process.exit(2);
}
if (!has('python3')) {
  console.error('npm run python: expected Python 3.10 or newer as python3, found none');
  process.exit(1);
}
try {
  const uv = findUv();
  if (!existsSync(at('python'))) run(uv, 'venv', '--quiet', VENV);
  run(uv, 'pip', 'install', '--quiet', '--python', at('python'), '--editable', '.', '--group', 'dev');
  if (mode === 'check') {
    run(at('ruff'), 'format', '--check', '--quiet', '.');
    run(at('ruff'), 'check', '--quiet', '.');
    run(at('mypy'));
    run(at('python'), '-m', 'pytest');
  }
} catch (error) {
  // What ran has printed why.
  process.exit(typeof error.status === 'number' ? error.status : 1);
}
