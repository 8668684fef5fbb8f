import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { RunResult } from '../../src/domain/run/result.js';
import { EXAMPLES, useExamplePlace, type ExampleEnd } from './example-place.js';

const HERE = join(EXAMPLES, 'etl');
const BATON = resolve(EXAMPLES, '../dist/cli/main.js');
const { at, write, read, node } = useExamplePlace();

const HEADER = 'order,customer,amount,currency\n';

async function run(name: string): Promise<ExampleEnd & { readonly result: RunResult }> {
  const input = JSON.stringify({ dir: at(name), out: at(name, 'out') });
  const config = join(HERE, 'baton.config.yaml');
  const end = await node(BATON, 'run', join(HERE, 'plan.yaml'), '--config', config, '--input', input, '--json');
  return { ...end, result: RunResult.parse(JSON.parse(end.stdout)) };
}

describe('with as many broken files as are tolerated', () => {
  let end: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    await write('few/a.csv', `${HEADER}1,Ada,10.50,EUR\n2,Bob,much,EUR\n3,Cleo,1.25,usd\n`);
    await write('few/b.csv', `${HEADER}4,Dan,2,EUR\n`);
    await write('few/c.csv', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]));
    await write('few/d.csv', `${HEADER}5,Eve,0.75,EUR\n`);
    await write('few/notes.txt', 'no data');
    end = await run('few');
  });

  test('the run completes with the rows of the others', async () => {
    expect(end).toMatchObject({ exitCode: 0, result: { status: 'completed' } });
    const rows = (await read('few/out/orders.jsonl')).trimEnd().split('\n');
    expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual([
      { order: '1', customer: 'Ada', cents: 1050, currency: 'EUR' },
      { order: '3', customer: 'Cleo', cents: 125, currency: 'USD' },
      { order: '4', customer: 'Dan', cents: 200, currency: 'EUR' },
      { order: '5', customer: 'Eve', cents: 75, currency: 'EUR' },
    ]);
    expect(end.result.output).toMatchObject({ loaded: { rows: 4, total: { EUR: 1325, USD: 125 } } });
  });

  test('the broken file leaves null in its place, and is called once', () => {
    const { transform } = end.result.tasks;
    expect(transform).toMatchObject({ status: 'succeeded', items: { total: 4, succeeded: 3, failed: 1 } });
    expect(transform?.output).toMatchObject([{ rows: 2 }, { rows: 1 }, null, { rows: 1 }]);
    expect(transform?.failures).toMatchObject([{ index: 2, failure: { type: 'AgentRefused' } }]);
    expect(end.result.usage.calls).toBe(1 + 4 + 1 + 1 + 1);
  });

  test('the broken file is set aside, and the report says what was dropped', async () => {
    expect(await readdir(at('few/out/quarantine'))).toEqual(['c.csv']);
    const report = await read('few/out/report.md');
    expect(report).toContain('Loaded 4 rows from 3 of 4 files.');
    expect(report).toContain('c.csv: expected UTF-8 text, got other bytes');
    expect(report).toContain("a.csv:3: amount: expected a number, got 'much'");
  });
});

describe('with more broken files than are tolerated', () => {
  test('nothing is loaded, and the report is written all the same', async () => {
    await write('many/a.csv', `${HEADER}1,Ada,10.50,EUR\n`);
    await write('many/b.csv', 'id;name\n1;Ada\n');
    await write('many/c.csv', `${HEADER}2,"Ada,1,EUR\n`);
    const { exitCode, result } = await run('many');
    expect(exitCode).toBe(1);
    expect(result).toMatchObject({ status: 'failed', failure: { type: 'TaskFailed', task: 'transform' } });
    expect(Object.entries(result.tasks).map(([id, { status }]) => `${id} ${status}`)).toEqual([
      'extract succeeded',
      'transform failed',
      'quarantine skipped',
      'load skipped',
      'report succeeded',
    ]);
    expect(await readdir(at('many/out'))).not.toContain('orders.jsonl');
    expect(await read('many/out/report.md')).toMatch(/\*\*Nothing was loaded\*\*: \d of 3 items failed/);
  });
});

test('without broken files there is no quarantine, and the rest goes on', async () => {
  await write('whole/a.csv', `${HEADER}1,Ada,10.50,EUR\n`);
  const { exitCode, result } = await run('whole');
  expect(exitCode).toBe(0);
  expect(result.tasks['quarantine']).toMatchObject({ status: 'skipped', skip: { cause: 'condition' } });
  expect(result.tasks['load']).toMatchObject({ status: 'succeeded', output: { rows: 1 } });
});

test('the demo tells both stories', { timeout: 120_000 }, async () => {
  const { exitCode, stdout } = await node(join(HERE, 'demo.mjs'));
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Loaded 180 rows from 9 of 12 files.');
  expect(stdout).toContain('**Nothing was loaded**');
});
