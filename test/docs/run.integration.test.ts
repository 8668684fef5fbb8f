// Examples that are run: `ts run` as a module of its own, against the built package; `yaml plan run` with agents that answer their input.
// Blocks with `file=` are written next to the modules of their page, so that these can import or execute them.
// A JSON block right after a plan is its input; a second one is the output that is expected.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { agentsOfPlan } from '../../src/domain/plan/task-agents.js';
import { functionAgent, parsePlan } from '../../src/index.js';
import { testBaton, type TestBaton } from '../../src/testing.js';
import { buildCli } from '../support/built-cli.js';
import { kindOf, readPages, ROOT, TESTED, type Block } from './pages.js';
import { exampleFile } from './type-check.js';

const pages = readPages(TESTED);
const folder = join(ROOT, '.baton', `docs-${process.pid}`);
const blocks = pages.flatMap((page) => page.blocks);
const running = blocks.filter((block) => kindOf(block) === 'ts run');

for (const block of blocks) {
  if (running.includes(block) || block.words.some((word) => word.startsWith('file='))) await writeExample(block);
}
if (running.length > 0) await buildCli();
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(running.map((block) => ({ ...block, block })))('$at', async ({ block }) => {
  const load = () => import(pathToFileURL(join(folder, exampleFile(block))).href) as Promise<unknown>;
  // A file of tests makes them when it is loaded.
  if (block.text.includes("from 'vitest'")) await load();
  else test('runs', load);
});

describe('plans', () => {
  const plans = pages.flatMap((page) =>
    page.blocks.flatMap((block, i) =>
      block.words.slice(0, 2).join(' ') === 'plan run' ? [{ at: block.at, block, ...dataAfter(page.blocks, i) }] : [],
    ),
  );
  let server: TestBaton | undefined;
  beforeAll(async () => {
    const types = new Set(plans.flatMap(({ block }) => agentsOfPlan(parsePlan(parse(block.text)))).map((a) => a.agent));
    const agents = [...types].map((type) => functionAgent({ type, run: (input) => input }));
    const workflowBundle = { codePath: inject('workflowBundle') };
    if (plans.length > 0) server = await testBaton({ agents, workflowBundle });
  });
  afterAll(() => server?.close());

  test.each(plans)('$at', async ({ block, input, output }) => {
    const result = await server!.run(parse(block.text) as object, input);
    expect(result).toMatchObject({ status: 'completed', ...(output === undefined ? {} : { output }) });
  });
  test('are found', () => expect(pages.length).toBeGreaterThan(0));
});

async function writeExample(block: Block): Promise<void> {
  const file = join(folder, exampleFile(block));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, block.text, { mode: 0o755 });
}

function dataAfter(blocks: readonly Block[], i: number): { input?: unknown; output?: unknown } {
  const [input, output] = [blocks[i + 1], blocks[i + 2]].map((block) =>
    block?.language === 'json' ? block : undefined,
  );
  return {
    ...(input === undefined ? {} : { input: JSON.parse(input.text) as unknown }),
    ...(input === undefined || output === undefined ? {} : { output: JSON.parse(output.text) as unknown }),
  };
}
