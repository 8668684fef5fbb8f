import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RunResult } from '../../src/domain/run/result.js';
import { isAlive } from '../../src/system/process-identity.js';
import { fortyTasks } from '../fixtures/e2e/forty-tasks.js';
import { readRecordOf } from '../server/place.js';
import { useCliDirectory } from '../support/baton.js';
import { expectNothingLost, expectOneKeyEach, readCalls, untilStarted } from './call-log.js';

const place = useCliDirectory();

const agents = fileURLToPath(new URL('../fixtures/e2e/agents.ts', import.meta.url));

const config = (directory: string): string => `
import { noteTakingAgents } from ${JSON.stringify(agents)};
export default { agents: noteTakingAgents(${JSON.stringify(directory)}) };
`;

test('a "baton run" that is killed goes on with the next, on the server that lives on or again on its file', async () => {
  const { directory } = place;
  await place.write('forty.json', fortyTasks);
  await place.write('forty.config.ts', config(directory));
  const args = ['run', 'forty.json', '--id', 'forty', '--config', 'forty.config.ts', '--json'];

  const first = place.spawn(...args);
  await untilStarted(directory, 10);
  const server = await readRecordOf(directory);
  first.signal('SIGKILL');
  await first.ended;
  expect(isAlive(server.pid)).toBe(true);

  const second = place.spawn(...args);
  await second.waitForLine('run forty exists already and is in progress');
  await untilStarted(directory, 25);
  expect((await readRecordOf(directory)).pid).toBe(server.pid);
  second.signal('SIGKILL');
  process.kill(server.pid, 'SIGKILL');
  await second.ended;

  const { exitCode, stdout } = await place.baton(...args);
  expect(exitCode).toBe(0);
  expectNothingLost(RunResult.parse(JSON.parse(stdout)));
  expectOneKeyEach(await readCalls(directory));
  // The last one has given the server back, and with it what the killed ones held.
  expect(await readdir(join(directory, '.baton'))).not.toContain('server.json');
}, 240_000);
