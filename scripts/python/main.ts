// Installs the Python package with its tools into clients/python/.venv, by uv, which it installs if it is not there.
//   npm run python             installs
//   npm run python -- check    installs, and then runs format, lint, types and tests
//   npm run python -- extras   runs the tests of the extras for Airflow and Prefect, in the environments of scripts/systems/python
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { pythonEnvironment } from '../systems/python-environment.js';

const PACKAGE = fileURLToPath(new URL('../../clients/python', import.meta.url));
const VENV = join(PACKAGE, '.venv');
const at = (name: string) => join(VENV, 'bin', name);

/** Each needs packages that the other one and the package itself cannot have next to theirs. */
const EXTRAS = ['airflow', 'prefect'];

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { cwd: PACKAGE, stdio: 'inherit' });
}

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The path of uv: that of the machine, or one within the environment. */
function findUv(): string {
  if (has('uv')) return 'uv';
  if (!existsSync(at('uv'))) {
    run('python3', ['-m', 'venv', VENV]);
    run(at('python'), ['-m', 'pip', 'install', '--quiet', 'uv']);
  }
  return at('uv');
}

function install(): void {
  const uv = findUv();
  if (!existsSync(at('python'))) run(uv, ['venv', '--quiet', VENV]);
  run(uv, ['pip', 'install', '--quiet', '--python', at('python'), '--editable', '.', '--group', 'dev']);
}

function check(): void {
  run(at('ruff'), ['format', '--check', '--quiet', '.']);
  run(at('ruff'), ['check', '--quiet', '.']);
  run(at('mypy'), []);
  run(at('python'), ['-m', 'pytest']);
}

/** At the same time: they wait most of the time. Returns the exit code. */
async function testExtras(): Promise<number> {
  const environments = EXTRAS.map((name) => ({ name, python: pythonEnvironment(name) }));
  for (const { python } of environments) {
    if (!(await python.isInstalled())) await python.install((line) => console.error(line));
  }
  const codes = environments.map(async ({ name, python }) => {
    const { all, exitCode } = await execa(
      await python.program('python'),
      ['-m', 'pytest', '-p', 'no:cacheprovider', `tests/test_${name}.py`],
      {
        ...{ cwd: PACKAGE, all: true, reject: false, stdin: 'ignore' },
        env: { PATH: await python.path(), PYTHONPATH: join(PACKAGE, 'src'), PYTHONDONTWRITEBYTECODE: '1' },
      },
    );
    console.log(`${name}:\n${all}`);
    return exitCode ?? 1;
  });
  return Math.max(...(await Promise.all(codes)));
}

const [mode] = process.argv.slice(2);
if (mode !== undefined && mode !== 'check' && mode !== 'extras') {
  console.error(`npm run python: expected nothing, check or extras, got ${JSON.stringify(mode)}`);
  process.exit(2);
}
if (!has('python3')) {
  console.error('npm run python: expected Python 3.10 or newer as python3, found none');
  process.exit(1);
}
try {
  if (mode === 'extras') process.exit(await testExtras());
  install();
  if (mode === 'check') check();
} catch (error) {
  // A program that ran has printed why.
  const status: unknown = Reflect.get(Object(error), 'status');
  if (typeof status !== 'number') console.error(String(error));
  process.exit(typeof status === 'number' ? status : 1);
}
