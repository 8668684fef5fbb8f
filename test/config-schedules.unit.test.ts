// `schedules` in a configuration: everything that can be refused before a server is reached.
import { expect, test } from 'vitest';
import { cronFault, timezoneFault } from '../src/config/calendar.js';
import { readSchedules } from '../src/config/read-schedules.js';

const plan = { name: 'p', tasks: { a: { agent: 'echo' } } };
const read = (...entries: object[]) =>
  readSchedules(entries, new Map([['named', plan]]), { name: 'c.yaml', directory: '/' });
const schedule = { name: 'nightly', plan, cron: '0 3 * * *' };

test.each(['0 3 * * *', '*/15 9-17 * * MON-FRI', '0 0 29 2 *', '0 0 1,15 * *', '5 4 * jan,jul 0', '0 0 13 * 5'])(
  'cron: %s fires',
  (cron) => expect(cronFault(cron)).toBeUndefined(),
);

test.each([
  ['0 0 30 2 *', 'which has no date'],
  ['0 0 31 4,6,9,11 *', 'which has no date'],
  ['61 * * * *', 'five fields'],
  ['* * * *', 'five fields'],
  ['0 0 3 * * *', 'five fields'],
  ['@daily', 'five fields'],
  ['0 0 L * *', 'five fields'],
  ['0 0 * * MON#2', 'five fields'],
  ['0 0 5-1 * *', 'five fields'],
  ['', 'five fields'],
])('cron: %s is refused', (cron, message) => expect(cronFault(cron)).toContain(message));

test('time zone: names that the server knows are accepted, others refused with a suggestion', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'US/Pacific'])
    expect(timezoneFault(zone)).toBeUndefined();
  expect(timezoneFault('Europe/Berln')).toContain('did you mean "Europe/Berlin"?');
  expect(timezoneFault('europe/berlin')).toContain('did you mean "Europe/Berlin"?');
  for (const zone of ['+01:00', 'Mars/Olympus', '', 'CET+1'])
    expect(timezoneFault(zone)).toContain('expected an IANA time zone');
});

test('schedules: a plan is data, a name in plans, or the path of a file', async () => {
  expect(await read(schedule, { ...schedule, name: 'other', plan: 'named' })).toMatchObject([
    { name: 'nightly', plan },
    { name: 'other', plan },
  ]);
  await expect(read({ ...schedule, plan: './missing.yaml' })).rejects.toThrow('c.yaml: schedules[0].plan');
});

test('schedules: all problems are reported together, each with its place', async () => {
  const bad = [
    { ...schedule, cron: '0 0 30 2 *', timezone: 'Nowhere/City' },
    { name: 'nightly', plan },
    { ...schedule, name: 'a b', overlap: 'wait' },
    { ...schedule, name: 'typo', catchUpWindow: '1h' },
    { ...schedule, name: 'both', every: '5m' },
    { name: 'interval', plan, every: '0s' },
    { name: 'soon', plan, every: '1500ms', catchupWindow: '1s' },
  ];
  const error = await read(...bad, schedule, schedule).catch((one: unknown) => one as Error);
  const text = (error as Error).message;
  for (const part of [
    'schedules[0].cron: expected a cron expression that fires',
    'schedules[0].timezone: expected an IANA time zone',
    'schedules[1]: expected either cron or every',
    'schedules[2].name: expected letters',
    'schedules[2].overlap:',
    'schedules[3]: unknown key "catchUpWindow"; did you mean "catchupWindow"?',
    'schedules[4]: expected either cron or every',
    'schedules[5].every: expected a duration of whole seconds from "1s" to "366d"',
    'schedules[6].every: expected a duration of whole seconds',
    'schedules[6].catchupWindow: expected a duration of whole seconds from "10s"',
    'expected a name that no other schedule has, got "nightly" again',
  ])
    expect(text).toContain(part);
});
