// What `baton dev` reports of files that change in the folder of the project, which may be anything.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planReport } from '../../../src/cli/dev/report-plan.js';

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'baton-report-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

test('a file that is larger than a plan may be, one that ends never, and one that is gone are not reported', async () => {
  const [large, pipe] = [join(directory, 'large.json'), join(directory, 'pipe.yaml')];
  await writeFile(large, '{ "tasks": {} }');
  await truncate(large, 64 * 1024 * 1024);
  execFileSync('mkfifo', [pipe]);
  for (const path of [large, pipe, join(directory, 'gone.yaml'), directory])
    expect(await planReport(path, undefined)).toBeUndefined();
});

test('a plan is reported as valid, or with its first problem', async () => {
  const plan = join(directory, 'plan.yaml');
  await writeFile(plan, 'name: p\ntasks: { a: { event: { name: go } } }\n');
  expect(await planReport(plan, undefined)).toMatch(/plan\.yaml changed: it is valid/);
  await writeFile(plan, 'name: p\ntasks: { a: { needs: [b] } }\n');
  expect(await planReport(plan, undefined)).toMatch(/no run can use it: tasks\.a/);
});
