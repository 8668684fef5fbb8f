import { expect, test } from 'vitest';
import { causeLines, taskCauseLines } from '../../../src/cli/view/cause-lines.js';
import type { Failure } from '../../../src/domain/failure.js';
import type { RunResult, TaskResult } from '../../../src/domain/run/result.js';

const TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nValueError: bad\n';

const aFailure = (cause?: string, message = '"python3" exited with 1: ValueError: bad'): Failure => ({
  type: 'AgentFailed',
  message,
  ...(cause === undefined ? {} : { cause }),
});

const failed = (task: Partial<TaskResult>, of: string | undefined = 'a'): RunResult => {
  const failure = { type: 'TaskFailed' as const, message: 'task a failed', ...(of === undefined ? {} : { task: of }) };
  return { failure, tasks: { a: task } } as unknown as RunResult;
};

test('the traceback of the task that failed the run is shown', () => {
  expect(causeLines(failed({ failure: aFailure(TRACEBACK) }))).toEqual([
    'Traceback (most recent call last):',
    '  File "x.py", line 1, in <module>',
    'ValueError: bad',
  ]);
});

test('a forEach: the traceback of the first item that failed is shown, not of one that was cancelled', () => {
  const failures = [
    { index: 0, failure: { type: 'Cancelled' as const, message: 'cancelled', cause: 'SIGTERM' } },
    { index: 2, failure: aFailure('one\ntwo') },
  ];
  const tooMany = { type: 'TooManyFailures' as const, message: 'too many' };
  expect(causeLines(failed({ failure: tooMany, failures }))).toEqual(['one', 'two']);
});

test('only the last lines of a long cause are shown, and how many are left out', () => {
  const lines = Array.from({ length: 22 }, (_, index) => `line ${index}`);
  const shown = causeLines(failed({ failure: aFailure(lines.join('\n')) }));
  expect(shown).toHaveLength(21);
  expect([shown[0], shown[1], shown.at(-1)]).toEqual(['… 2 more lines', 'line 2', 'line 21']);
  expect(causeLines(failed({ failure: aFailure(lines.slice(1).join('\n')) }))[0]).toBe('… 1 more line');
});

test('nothing is shown if the message has the whole cause, if there is no cause, or if the run has not failed', () => {
  expect(causeLines(failed({ failure: aFailure('ValueError: bad') }))).toEqual([]);
  expect(causeLines(failed({ failure: aFailure() }))).toEqual([]);
  expect(causeLines(failed({ failure: aFailure(' \n') }))).toEqual([]);
  expect(causeLines({ failure: null, tasks: {} } as unknown as RunResult)).toEqual([]);
});

test('the cause of a run without a failed task is its own', () => {
  const failure = { type: 'InternalError' as const, message: 'a defect', cause: 'one\ntwo' };
  expect(causeLines({ failure, tasks: {} } as unknown as RunResult)).toEqual(['one', 'two']);
});

test('control characters of a program are shown as escapes', () => {
  expect(causeLines(failed({ failure: aFailure('one\n\u001b[2Jtwo') }))).toEqual(['one', '\\u001b[2Jtwo']);
});

test('status: the last lines of each failed task are shown below its id, indented, of five tasks at most', () => {
  const task = { failure: aFailure(TRACEBACK) };
  const tasks = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`t${index}`, task]),
    ) as unknown as RunResult['tasks'];
  const fine = { failure: null } as unknown as TaskResult;
  expect(taskCauseLines({ tasks: { ...tasks(1), fine } })).toEqual([
    't0: last lines of its error',
    '  Traceback (most recent call last):',
    '    File "x.py", line 1, in <module>',
    '  ValueError: bad',
  ]);
  expect(taskCauseLines({ tasks: { fine } })).toEqual([]);
  expect(taskCauseLines({ tasks: tasks(7) })).toHaveLength(5 * 4 + 1);
  expect(taskCauseLines({ tasks: tasks(7) }).at(-1)).toBe('… 2 more tasks; --json has all');
});
