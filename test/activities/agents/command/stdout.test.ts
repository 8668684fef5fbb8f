// What a command prints arrives as it was printed, or fails with a message that says what to do.
import { describe, expect, test } from 'vitest';
import { commandAgent, type CommandAgentOptions } from '../../../../src/activities/agents/command/command-agent.js';
import { call, environment, failureOf } from '../../call.js';

const printing = (printed: string | Buffer, more: Partial<CommandAgentOptions<unknown, unknown>> = {}) => {
  const script = `process.stdout.write(Buffer.from('${Buffer.from(printed).toString('hex')}', 'hex'))`;
  return [commandAgent({ type: 'x', command: [process.execPath, '-e', script], ...more })];
};

describe('commandAgent: numbers', () => {
  test('a command that prints an integer of 64 bits fails, and the message says what to do', async () => {
    const failure = await failureOf(call({ agents: printing('{"rows": [{"id": 9223372036854775807}]}') }));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toBe(
      `${JSON.stringify(process.execPath)}: stdout: rows[0].id: expected a number that JavaScript can hold without changing it, got 9223372036854775807; send it as text, in quotes; or set bigNumbers: text, and each such number becomes text`,
    );
  });

  test('a command with bigNumbers: text gives them as text', async () => {
    const agents = printing('{"id": 9223372036854775807, "n": 1.5, "big": 1e999}', { bigNumbers: 'text' });
    expect((await call({ agents })).output).toEqual({ id: '9223372036854775807', n: 1.5, big: '1e999' });
  });

  test('a command may print its answer as text, whatever numbers are in it', async () => {
    const agents = printing('9223372036854775807\n', { format: 'text' });
    expect((await call({ agents })).output).toBe('9223372036854775807');
  });

  test('progress with a number that would be changed is ignored with a warning', async () => {
    const warned: string[] = [];
    const log = { debug() {}, info() {}, warn: (line: string) => void warned.push(line), error() {} };
    const script = `console.error('::progress {"id": 9223372036854775807}'); console.log('1')`;
    const agents = [commandAgent({ type: 'x', command: [process.execPath, '-e', script] })];
    await call({ agents, deps: { log } }, environment());
    expect(warned).toEqual([expect.stringContaining('::progress: id: expected a number that JavaScript can hold')]);
  });
});

describe('commandAgent: bytes', () => {
  test.each(['json', 'text'] as const)('a command that prints bytes that are not UTF-8 fails: %s', async (format) => {
    const latin1 = Buffer.concat([Buffer.from('{"name": "Gr'), Buffer.from([0xfc]), Buffer.from('n"}')]);
    const failure = await failureOf(call({ agents: printing(latin1, { format }) }));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toMatch(
      /: stdout: expected text in UTF-8, got the byte 0xfc at offset 12; let the program print UTF-8$/,
    );
  });

  test('bytes that are not UTF-8 fail before the function `parse` gets them', async () => {
    const agents = printing(Buffer.from([0xff, 0x61]), { parse: ({ stdout }) => stdout });
    expect((await failureOf(call({ agents }))).message).toContain('the byte 0xff at offset 0');
  });

  test('U+FFFD that a program prints itself arrives', async () => {
    expect((await call({ agents: printing('"a\uFFFDb"') })).output).toBe('a\uFFFDb');
  });

  test.each<[string, Buffer]>([
    ['UTF-8', Buffer.from('\uFEFF{"a": "ü"}\n')],
    ['UTF-16', Buffer.from('\uFEFF{"a": "ü"}\n', 'utf16le')],
  ])('a command may print JSON after a byte order mark of %s', async (_, printed) => {
    expect((await call({ agents: printing(printed) })).output).toEqual({ a: 'ü' });
  });

  test('a command that fails may print any bytes', async () => {
    const script = `process.stdout.write(Buffer.from([0xff])); process.exitCode = 3`;
    const agents = [commandAgent({ type: 'x', command: [process.execPath, '-e', script] })];
    expect((await failureOf(call({ agents }))).message).toContain('exited with 3');
  });
});

test.each([
  [`{"ok": true, "pad": "${'x'.repeat(300)}", "mean": NaN}`, /…" \(line 1, column 333\)$/],
  ['{"a": 1}\n{"b": 2}', / \(line 2, column 1\)$/],
  ['{"a": [1', / \(it ends too early\)$/],
])('a command that prints something else than JSON fails with the place: %#', async (printed, message) => {
  const failure = await failureOf(call({ agents: printing(printed) }));
  expect(failure).toMatchObject({ type: 'InvalidOutput' });
  expect(failure.message).toMatch(message);
});
