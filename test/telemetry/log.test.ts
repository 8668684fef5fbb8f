import { ApplicationFailure, type LogMetadata } from '@temporalio/common';
import { expect, test } from 'vitest';
import { createLog, textLine } from '../../src/telemetry/log.js';
import type { LogLevelName } from '../../src/telemetry/settings.js';

function logTo(level: LogLevelName) {
  const entries: [string, string, LogMetadata][] = [];
  return { log: createLog({ level, write: (...entry) => void entries.push(entry) }), entries };
}

test('entries below the level are left out', () => {
  const { log, entries } = logTo('warn');
  log.info('a');
  log.warn('b');
  log.error('c');
  expect(entries.map(([, message]) => message)).toEqual(['b', 'c']);
});

test('a failed attempt is not logged with its stack trace, because its run reports it', () => {
  const { log, entries } = logTo('info');
  log.warn('Activity failed', { error: new Error('boom') });
  expect(entries).toEqual([]);
  const debug = logTo('debug');
  debug.log.warn('Activity failed', { error: new Error('boom') });
  expect(debug.entries).toHaveLength(1);
});

test('an entry of the SDK names its run, and not its task token', () => {
  const { log, entries } = logTo('info');
  log.info('x', { workflowId: 'order-7', taskToken: 'abc', attempt: 2 });
  expect(entries[0]?.[2]).toEqual({ run: 'order-7', workflowId: 'order-7', attempt: 2 });
});

test('the run of a call wins over the Workflow that made it', () => {
  const { log, entries } = logTo('info');
  log.info('x', { workflowId: 'order-7/sub', run: 'order-7' });
  expect(entries[0]?.[2]['run']).toBe('order-7');
});

test('the same failure of the storage is logged once a minute', () => {
  const { log, entries } = logTo('info');
  const error = ApplicationFailure.create({ type: 'ValueLost', message: 'a' });
  log.warn('a', { error });
  log.warn('b', { error });
  expect(entries).toHaveLength(1);
});

test('a line for people has the reason, the run, the task and the agent', () => {
  const meta = { run: 'r', task: 't', agent: 'a', error: new Error('down\nstack'), taskQueue: 'q' };
  expect(textLine(['WARN', 'no answer', meta])).toMatch(
    /^\d\d:\d\d:\d\d warn {2}no answer down stack run=r task=t agent=a$/,
  );
});
