import { describe, expect, test } from 'vitest';
import { HealthCheck } from '../../src/domain/health-check.js';

const problems = (value: unknown) => HealthCheck.safeParse(value).error?.issues.map(({ message }) => message) ?? [];

describe('HealthCheck', () => {
  test('is an address, a command or a function', () => {
    expect(problems({ http: 'https://example.com/health', every: '30s', timeout: '2s' })).toEqual([]);
    expect(problems({ command: ['pg_isready', '-q'], cwd: '.' })).toEqual([]);
    expect(problems({ run: () => true })).toEqual([]);
  });

  test('is one of them', () => {
    expect(problems({})).toEqual(['expected exactly one of http, command, run, got none']);
    expect(problems({ http: 'http://a', command: ['b'] })).toEqual([
      'expected exactly one of http, command, run, got http and command',
    ]);
  });

  test.each([
    [{ http: 'http://a', timeout: '60d' }, 'expected at most 1d, got "60d"'],
    [{ http: 'http://a', every: '25h' }, 'expected at most 1d, got "25h"'],
    [{ http: 'ftp://a' }, 'expected a URL that begins with http:// or https://'],
    [{ command: 'true' }, 'expected a list: the program, then its arguments'],
    [{ run: 'true' }, 'expected a function'],
    [{ http: 'http://a', cwd: '.' }, 'cwd needs command: it is the working directory of the command'],
  ])('refuses %j', (value, message) => {
    expect(problems(value)).toContain(message);
  });

  test('refuses a timeout that is none', () => {
    expect(problems({ http: 'http://a', timeout: '0s' })[0]).toContain('expected a duration');
  });
});
