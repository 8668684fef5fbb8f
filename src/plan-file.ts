// Reads plans from files, YAML 1.2 or JSON. The result is data that is not validated yet. A sub-plan that is named by the path of a
// file is replaced by the content of that file.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from './domain/json/own-property.js';
import { MAX_DEPTH } from './domain/plan/plan.js';
import { InvalidPlanError } from './domain/plan/parse.js';
import { problem, type Path, type Problem } from './domain/problem.js';
import { visibleName } from './domain/text/visible.js';
import { parseText } from './plan-file/parse-text.js';
import { readText } from './plan-file/read-text.js';

const SUB_PLAN_FILE = /\.(?:ya?ml|json)$/i;

/** Throws an InvalidPlanError: `plan.unreadable`, `plan.too-large`, `plan.syntax`, `plan.duplicate-key`, … */
export async function readPlanFile(file: string): Promise<unknown> {
  const reader = new PlanReader();
  const plan = await reader.read(file, [], []);
  if (reader.problems.length > 0) throw new InvalidPlanError(reader.problems);
  return plan;
}

/** Reads each file once, even if it is named several times. */
class PlanReader {
  readonly problems: Problem[] = [];
  private readonly known = new Map<string, unknown>();

  async read(file: string, at: Path, above: readonly string[]): Promise<unknown> {
    const real = await realpath(file).catch(() => path.resolve(file));
    if (above.includes(real)) {
      const circle = [...above.slice(above.indexOf(real)), real]
        .map((one) => visibleName(path.basename(one)))
        .join(' → ');
      this.problems.push(problem('plan.plan-cycle', at, `plan files contain each other in a cycle: ${circle}`));
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
      const name = visibleName(path.normalize(file));
      const data = parseText(await readText(file), { file: name, noun: 'plan' });
      if (isRecord(data) && Object.hasOwn(data, 'agents') && !Object.hasOwn(data, 'tasks')) {
        const message = `${name}: expected a plan, got a configuration: it has "agents", and no "tasks"`;
        throw new InvalidPlanError([problem('plan.unreadable', [], message)]);
      }
      return await this.inline(data, path.dirname(real), at, above);
    } catch (error) {
      if (!(error instanceof InvalidPlanError)) throw error;
      this.problems.push(...error.problems.map((one) => problem(one.code, at, one.message, one.hint)));
      return undefined;
    }
  }

  /** A copy in which every path of a plan file is replaced by its plan. */
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
