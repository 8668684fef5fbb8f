// Every fenced block of the documentation is an example that is checked, or is marked as one that is not.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { compileExpression, expressionSource } from '../../src/domain/expression/expression.js';
import { formatProblem, loadConfig, validatePlan } from '../../src/index.js';
import { commandProblem } from './command-lines.js';
import { kindOf, readPages, TESTED, type Block } from './pages.js';
import { typeErrors } from './type-check.js';

/** By the language and the first word after it. */
const CHECKS = {
  'yaml plan': checkPlan,
  'yaml config': checkConfig,
  'yaml expression': checkExpression,
  'yaml fragment': () => undefined,
  ts: () => undefined, // All in one program, below.
  'ts run': () => undefined,
  'ts fragment': () => undefined,
  json: ({ text }: Block) => void JSON.parse(text),
  console: ({ text }: Block) =>
    checkCommands(
      text.split('\n').filter((line) => line.startsWith('$ ')),
      2,
    ),
  sh: ({ text }: Block) => checkCommands(text.split('\n'), 0),
  ...Object.fromEntries(['text', 'python', 'mermaid', 'js'].map((language) => [language, () => undefined])),
} as Readonly<Record<string, (block: Block) => Promise<void> | void>>;

const blocks = readPages(TESTED).flatMap((page) => page.blocks);

test.each(blocks.map((block) => ({ ...block, kind: kindOf(block) })))('$at $kind', async (block) => {
  const check = CHECKS[block.kind];
  expect(check, `${block.at}: expected a fence of ${Object.keys(CHECKS).join(', ')}, got ${block.kind}`).toBeDefined();
  await check!(block);
});

describe('TypeScript', () => {
  const modules = blocks.filter((block) => ['ts', 'ts run'].includes(kindOf(block)));
  const text = "import { noSuchThing } from 'baton-orchestrator';\nconst n: number = 'a';\n";
  const broken: Block = { page: 'docs/broken.md', at: '', line: 9, language: 'ts', words: [], text };
  let errors: readonly string[];
  // One program: reading the package's types takes most of the time.
  beforeAll(() => {
    errors = typeErrors([...modules, broken]);
  });
  const isBroken = (error: string) => error.startsWith(broken.page);

  test('all examples compile against the package', () => {
    expect(errors.filter((error) => !isBroken(error))).toEqual([]);
  });

  test('an example that does not compile is reported with its line', () => {
    expect(errors.filter(isBroken)).toEqual([
      expect.stringContaining('docs/broken.md:10: '),
      "docs/broken.md:11: Type 'string' is not assignable to type 'number'.",
    ]);
  });
});

describe('a command line', () => {
  test.each([
    ['npx baton run plan.yaml --input \'{"path": "."}\' | jq .', undefined],
    ['baton pool add gpus --id north --capacity 4', undefined],
    ['npm ci', undefined],
    ['baton rum plan.yaml', "unknown command 'rum'"],
    ['baton run plan.yaml --inptu 1', "unknown option '--inptu'"],
    ['baton pool add gpus', "required option '--id <id>' not specified"],
  ])('%s', async (line, problem) => {
    const found = await commandProblem(line);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});

function checkPlan({ text }: Block): void {
  expect(validatePlan(parse(text)).problems.map(formatProblem)).toEqual([]);
}

async function checkConfig({ text }: Block): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-docs-'));
  try {
    await writeFile(join(folder, 'baton.config.yaml'), text);
    await loadConfig(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const Example = z.strictObject({
  data: z.record(z.string(), z.unknown()).default({}),
  expression: z.string(),
  result: z.unknown(),
});

/** `data` has the variables, without their `$`; the expression is with or without its marks. No result: absent. */
function checkExpression({ text }: Block): void {
  const { data, expression, result } = Example.parse(parse(text));
  expect(compileExpression(expressionSource(expression) ?? expression).evaluate(data)).toEqual(result);
}

async function checkCommands(lines: readonly string[], from: number): Promise<void> {
  // A line that ends with a backslash continues.
  for (const line of lines.join('\n').replaceAll('\\\n', ' ').split('\n')) {
    expect(await commandProblem(line.slice(from)), line).toBeUndefined();
  }
}
