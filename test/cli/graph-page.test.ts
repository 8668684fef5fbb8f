// `graph --watch` and `run --open` as processes: the addresses that they print, and what they refuse.
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useCliDirectory } from '../support/baton.js';

describe('pages of runs on the command line', () => {
  const cli = useCliDirectory({ server: true });
  const plan = { name: 'one', tasks: { a: { agent: 'echo', input: { apiKey: 'sk-1', text: '</script>' } } } };

  it('graph: --watch needs a run, and excludes what is for files', async () => {
    await cli.write('one.json', plan);
    expect(await cli.baton('graph', 'one.json', '--watch')).toMatchObject({
      exitCode: 2,
      stderr: 'error: --watch: expected the id of a run, got the file one.json',
    });
    expect(await cli.baton('graph', 'r', '--watch', '--format', 'svg')).toMatchObject({
      exitCode: 2,
      stderr: 'error: --watch and --format exclude each other',
    });
    expect(await cli.baton('graph', 'r', '--port', '8099')).toMatchObject({
      exitCode: 2,
      stderr: 'error: --port needs --watch',
    });
    expect(await cli.baton('graph', 'r', '--watch', '--port', '70000')).toMatchObject({
      exitCode: 2,
      stderr: 'error: --port: expected a whole number from 1 to 65535, got "70000"',
    });
  });

  it('run: --open prints the address, and a machine without a browser runs as usual', async () => {
    await cli.write('one.json', plan);
    const ended = await cli.baton('run', 'one.json', '--id', 'page-1', '--open');
    expect(ended.exitCode).toBe(0);
    expect(ended.stderr).toMatch(/^page: http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/run\?id=page-1$/m);
    expect(await cli.baton('run', 'one.json', '--open', '--detach')).toMatchObject({ exitCode: 2 });
  });

  it('graph: --watch serves one run at the address on stdout until a signal', async () => {
    await cli.write('one.json', plan);
    await cli.baton('run', 'one.json', '--id', 'page-2');
    const watching = cli.spawn('graph', 'page-2', '--watch');
    await watching.waitForLine('the page updates itself');
    watching.signal('SIGTERM');
    const { stdout, exitCode } = await watching.ended;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/run\?id=page-2$/);
  });

  it('graph: --watch names a port that is in use', async () => {
    await cli.write('one.json', plan);
    await cli.baton('run', 'one.json', '--id', 'page-4');
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { exitCode, stderr } = await cli.baton('graph', 'page-4', '--watch', '--port', String(port));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`error: the page: cannot listen on 127.0.0.1:${port}: another program uses the port`);
  });

  it('graph: the page in a file has the values of the run, without text that looks like a secret', async () => {
    await cli.write('one.json', plan);
    await cli.baton('run', 'one.json', '--id', 'page-5');
    await cli.baton('graph', 'page-5', '--format', 'html', '-o', 'page.html');
    const page = await readFile(join(cli.directory, 'page.html'), 'utf8');
    expect(page).toContain('run <b>page-5</b>');
    expect(page).toContain('"input":{"text":');
    expect(page).not.toContain('sk-1');
    expect(page.match(/<\/script>/g)).toHaveLength(2);
  });
});
