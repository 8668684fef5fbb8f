// Plans in files, YAML 1.2 or JSON. What comes back is data that has still to be validated; sub-plans that are named by
// the path of a file stand in it as if they had been written there.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { MAX_DEPTH } from './domain/plan.js';
import { InvalidPlanError } from './domain/parse-plan.js';
import { problem, type Path, type Problem } from './domain/problem.js';
import { parseText } from './plan-file/parse-text.js';
import { readText } from './plan-file/read-text.js';

const SUB_PLAN_FILE = /\.(?:ya?ml|json)$/i;

/** Throws an InvalidPlanError: `plan.unreadable`, `plan.too-large`, `plan.syntax`, `plan.duplicate-key`, … */
export async function readPlanFile(file: string): Promise<unknown> {
  const reader = new Reader();
  const plan = await reader.read(file, [], []);
  if (reader.problems.length > 0) throw new InvalidPlanError(reader.problems);
  return plan;
}

/** Reads each file once, however often it is named: the same data stands in all those places. */
class Reader {
  readonly problems: Problem[] = [];
  private readonly known = new Map<string, unknown>();

  async read(file: string, at: Path, above: readonly string[]): Promise<unknown> {
    const real = await realpath(file).catch(() => path.resolve(file));
    if (above.includes(real)) {
      const circle = [...above.slice(above.indexOf(real)), real].map((one) => path.basename(one)).join(' → ');
      this.problems.push(
        problem('plan.plan-cycle', at, `expected plans that do not contain themselves, got ${circle}`),
      );
      return undefined;
    }
    if (above.length > MAX_DEPTH) {
      const message = `expected at most ${MAX_DEPTH} levels of plans within plans, got more`;
      this.problems.push(problem('plan.too-deep', at, message));
      return undefined;
    }
    if (!this.known.has(real)) this.known.set(real, await this.load(file, real, at, [...above, real]));
    return this.known.get(real);
  }

  private async load(file: string, real: string, at: Path, above: readonly string[]): Promise<unknown> {
    try {
      const data = parseText(await readText(file), file);
      return await this.inline(data, path.dirname(real), at, above);
    } catch (error) {
      if (!(error instanceof InvalidPlanError)) throw error;
      this.problems.push(...error.problems.map((one) => problem(one.code, at, one.message, one.hint)));
      return undefined;
    }
  }

  /** A copy in which every path of a file has become the plan in it. */
  private async inline(data: unknown, folder: string, at: Path, above: readonly string[]): Promise<unknown> {
    const tasks = isRecord(data) ? data['tasks'] : undefined;
    if (!isRecord(data) || !isRecord(tasks)) return data;
    const entries: [string, unknown][] = [];
    for (const [id, task] of Object.entries(tasks)) {
      entries.push([id, await this.inlineTask(task, folder, [...at, 'tasks', id, 'plan'], above)]);
    }
    return { ...data, tasks: Object.fromEntries(entries) };
  }

  private async inlineTask(task: unknown, folder: string, at: Path, above: readonly string[]): Promise<unknown> {
    if (!isRecord(task) || !Object.hasOwn(task, 'plan')) return task;
    const { plan } = task;
    if (typeof plan === 'string' && SUB_PLAN_FILE.test(plan)) {
      return { ...task, plan: await this.read(path.resolve(folder, plan), at, above) };
    }
    return at.length > 4 * MAX_DEPTH ? task : { ...task, plan: await this.inline(plan, folder, at, above) };
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
