import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { handleInterruption, type OnInterrupt } from '../../../src/cli/run/interruption.js';
import { createIo } from '../../../src/cli/terminal/io.js';

interface Terminal {
  readonly stdin?: boolean;
  readonly stderr?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** A run on a terminal, with keys that a test presses. */
function running(
  decided?: OnInterrupt,
  { stdin = true, stderr = true, env = {} }: Terminal = {},
  hasLocalWorker = true,
) {
  const lines: string[] = [];
  const asked: (string | undefined)[] = [];
  const raw: boolean[] = [];
  let cancelled = 0;
  const keys = Object.assign(new PassThrough(), {
    isTTY: stdin,
    isRaw: false,
    setRawMode: (mode: boolean) => void raw.push(mode),
  }) as unknown as NodeJS.ReadStream & PassThrough;
  const screen = Object.assign(new PassThrough(), { isTTY: stderr }) as unknown as NodeJS.WriteStream;
  const io = createIo({ stdin: () => keys, stdout: screen, stderr: screen, env, cwd: '/', colour: false });
  io.divertNotes((line) => lines.push(line));
  const interruption = handleInterruption(io, decided);
  ({ stop } = interruption);
  return {
    lines,
    asked,
    raw,
    interruption,
    cancels: () => cancelled,
    attach: () => {
      interruption.attach({ run: { cancel: () => Promise.resolve(void cancelled++) }, hasLocalWorker });
      interruption.show({ ask: (question) => asked.push(question) });
    },
    interrupt: () => void process.emit('SIGINT'),
    press: async (key: string) => {
      keys.write(key);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('on a terminal, Ctrl-C asks, and does nothing else', () => {
  const { attach, interrupt, asked, raw, cancels, interruption } = running();
  attach();
  interrupt();
  expect(asked).toEqual([
    'interrupted: press d to detach (the worker in this process ends, and the run waits for another), ' +
      'c to cancel the run and undo its work, Esc to go on; Ctrl-C again detaches',
  ]);
  expect({ raw, cancels: cancels(), left: interruption.left.aborted }).toEqual({
    raw: [true],
    cancels: 0,
    left: false,
  });
});

test('the question says that the worker of another process continues the run', () => {
  const { attach, interrupt, asked } = running(undefined, {}, false);
  attach();
  interrupt();
  expect(asked[0]).toContain('press d to detach (its worker continues the run)');
});

test.each(['d', 'D', '\u0003', 'dd'])('key %j detaches, and restores the terminal', async (key) => {
  const { attach, interrupt, press, asked, raw, cancels, interruption } = running();
  attach();
  interrupt();
  await press(key);
  expect(interruption.left.aborted).toBe(true);
  expect({ last: asked.at(-1), raw, cancels: cancels() }).toEqual({ last: undefined, raw: [true, false], cancels: 0 });
});

test('key c cancels once; the run is still shown, and Ctrl-C then detaches', async () => {
  const { attach, interrupt, press, lines, cancels, interruption } = running();
  attach();
  interrupt();
  await press('c');
  await press('c');
  expect(cancels()).toBe(1);
  expect({ left: interruption.left.aborted, cancelling: interruption.isCancelling }).toEqual({
    left: false,
    cancelling: true,
  });
  expect(lines).toEqual([
    'requesting the run to cancel',
    'Ctrl-C again detaches: the run stays cancelling, and the worker in this process ends',
  ]);
  interrupt();
  expect(interruption.left.aborted).toBe(true);
});

test.each(['\u001b', '\r'])('key %j goes on, and the next Ctrl-C asks again', async (key) => {
  const { attach, interrupt, press, asked, cancels, interruption } = running();
  attach();
  for (let times = 0; times < 3; times++) {
    interrupt();
    await press(key);
  }
  expect(asked).toHaveLength(6);
  expect({ cancels: cancels(), left: interruption.left.aborted }).toEqual({ cancels: 0, left: false });
});

test.each(['x', '\u001b[A', 'e d'])('key %j is no answer', async (key) => {
  const { attach, interrupt, press, asked, cancels, interruption } = running();
  attach();
  interrupt();
  await press(key);
  expect({ asked: asked.length, cancels: cancels(), left: interruption.left.aborted }).toEqual({
    asked: 1,
    cancels: 0,
    left: false,
  });
});

test('a second SIGINT, and SIGTERM, detach while the question is open', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { attach, interrupt, interruption, cancels } = running();
    attach();
    interrupt();
    process.emit(signal);
    expect({ left: interruption.left.aborted, cancels: cancels() }).toEqual({ left: true, cancels: 0 });
    interruption.stop();
  }
});

test.each<[string, Terminal]>([
  ['stdin is not a terminal', { stdin: false }],
  ['stderr is not a terminal', { stderr: false }],
  ['it is CI', { env: { CI: 'true' } }],
])('if %s, Ctrl-C cancels without a question', (_, terminal) => {
  const { attach, interrupt, asked, cancels } = running(undefined, terminal);
  attach();
  interrupt();
  expect({ asked, cancels: cancels() }).toEqual({ asked: [], cancels: 1 });
});

test('--on-interrupt decides without a question, also on a terminal', () => {
  const cancelling = running('cancel');
  cancelling.attach();
  cancelling.interrupt();
  expect({ asked: cancelling.asked, cancels: cancelling.cancels() }).toEqual({ asked: [], cancels: 1 });
  cancelling.interruption.stop();
  const detaching = running('detach');
  detaching.attach();
  detaching.interrupt();
  expect({ left: detaching.interruption.left.aborted, cancels: detaching.cancels() }).toEqual({
    left: true,
    cancels: 0,
  });
});

test('before there is a run, Ctrl-C leaves', () => {
  const { interrupt, interruption, asked } = running();
  interrupt();
  expect({ left: interruption.left.aborted, asked }).toEqual({ left: true, asked: [] });
});

test('when the run has ended, the question is taken back', () => {
  const { attach, interrupt, asked, raw, interruption } = running();
  attach();
  interrupt();
  interruption.endQuestion();
  expect({ last: asked.at(-1), raw }).toEqual({ last: undefined, raw: [true, false] });
});
