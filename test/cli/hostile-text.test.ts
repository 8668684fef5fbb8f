// Text from plans, agents, file names and options on a real terminal: what must not arrive there.
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { useCliDirectory } from '../support/baton.js';
import { CLI } from '../support/built-cli.js';

const place = useCliDirectory();

/** Clears the screen, hides and colours text, sets the title, overwrites the line, reverses the reading direction. */
const HOSTILE = 'x\u001B[2J\u001B[8m\u001B[41m\u001B]0;owned\u0007\u009B1A\u0090\u007F\u0008\rXYZ\u202E\u2066\u200Fy';
const FILE = 'evil\u001B[2J\n\u202E.json';

/** What Baton itself writes: its colours, and the sequences of the table that redraws itself. */
const OWN = /\u001B\[(?:[012]|22|3[1-69]|90)m|\u001B\[\d*[A-GJK]|\u001B\[\?(?:25|2026)[hl]/g;

/** All that the terminal gets from a command. `script` (util-linux) runs it on a terminal of its own. */
async function onTerminal(...args: string[]): Promise<string> {
  const command = [process.execPath, CLI, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL_|BATON_RUN|NO_COLOR|FORCE_COLOR|CI$)/.test(name),
  );
  const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
    cwd: place.directory,
    env: { ...Object.fromEntries(kept), TERM: 'xterm-256color', SHELL: '/bin/sh' },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
  });
  return stdout;
}

function expectHarmless(shown: string): void {
  const rest = shown.replace(OWN, '').replaceAll('\r', '');
  expect(rest).not.toMatch(/[^\n\t\P{Cc}]|\p{Bidi_Control}/u);
  expect(shown).not.toContain('\rXYZ');
  // Clearing the whole screen is not one of Baton's own.
  expect(shown).not.toContain('\u001B[2J');
}

const AGENT = `
import { text } from 'node:stream/consumers';
const input = JSON.parse((await text(process.stdin)) || 'null');
if (input.fail) {
  console.error(input.fail);
  process.exit(1);
}
console.log(JSON.stringify(input.answer));
`;

beforeAll(async () => {
  await place.write('hostile.js', AGENT);
  await place.write('hostile.config.json', {
    agents: [{ type: 'hostile', kind: 'command', command: ['node', 'hostile.js'] }],
  });
  await place.write(FILE, {
    name: HOSTILE,
    description: HOSTILE,
    tasks: {
      talk: { agent: 'hostile', input: { answer: HOSTILE } },
      ask: { approve: { title: HOSTILE, timeout: '1s', onTimeout: 'approve' } },
    },
    output: '{% $tasks.talk.output %}',
  });
  await place.write('failing.json', {
    name: HOSTILE,
    tasks: { fail: { agent: 'hostile', input: { fail: HOSTILE }, retry: { attempts: 1 } } },
  });
  await place.write('broken.json', {
    name: HOSTILE,
    tasks: { a: { agent: HOSTILE, needs: [HOSTILE], when: `{% ${HOSTILE} %}` } },
  });
}, 240_000);

const CONFIG = ['--config', 'hostile.config.json'];

test.runIf(process.platform === 'linux')(
  'hostile text: problems of a plan are shown without control characters',
  async () => {
    const shown = await onTerminal('validate', 'broken.json', ...CONFIG);
    expectHarmless(shown);
    expect(shown).toContain('\\u001b[2J');
  },
);

test
  .runIf(process.platform === 'linux')
  .each([
    ['validate', 'missing'],
    ['run', 'missing'],
    ['graph', 'missing'],
    ['approve', 'some-run', 'task', '--plan', 'missing'],
    ['run', 'plan.json', '--config', 'missing'],
    ['run', FILE, '--input', '@missing'],
    ['graph', FILE, '-o', 'folder/missing'],
    ['status', 'missing'],
    ['agents', '--missing'],
    ['missing'],
  ])('hostile text: the name of a file in the arguments is shown on one line: %s %s %s', async (...args) => {
  const shown = await onTerminal(...args.map((word) => word.replace('missing', `no\u001B[2J\n\u202E.json`)));
  expectHarmless(shown);
  expect(shown).toMatch(/\\u001b\[2J|exclude|unknown/);
  // The terminal may wrap the line, but not at the line break of the name.
  expect(shown).not.toMatch(/^\s*(?:\\u202e)?\.json/m);
});

test.runIf(process.platform === 'linux').each(['text', 'mermaid', 'dot', 'svg', 'html'])(
  'hostile text: the picture of a plan as %s has none of it',
  async (format) => {
    expectHarmless(await onTerminal('graph', FILE, '--format', format));
  },
);

test.runIf(process.platform === 'linux')(
  'hostile text: a run, its status, its result and the list of runs have none of it',
  async () => {
    const run = await onTerminal('run', FILE, '--id', 'hostile', ...CONFIG);
    expectHarmless(run);
    expect(run).toContain('\\u202e');
    expectHarmless(await onTerminal('run', 'failing.json', ...CONFIG));
    for (const args of [
      ['status', 'hostile'],
      ['status', 'hostile', '--watch'],
      ['graph', 'hostile'],
      ['runs'],
      ['result', 'hostile'],
      ['result', 'hostile', '--json'],
    ]) {
      expectHarmless(await onTerminal(...args));
    }
    const { stdout } = await place.baton('result', 'hostile', '--quiet');
    expect(stdout).toBe(HOSTILE);
    expect(await place.json('result', 'hostile')).toMatchObject({ output: HOSTILE, plan: HOSTILE });
  },
  240_000,
);
