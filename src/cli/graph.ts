import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Picture } from '../domain/picture.js';
import type { Io } from './io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from './options.js';
import type { PictureFormat } from './picture/index.js';
import { UsageError } from './refusal.js';
import type { Plan } from '../domain/plan.js';

const FORMATS = ['text', 'mermaid', 'dot', 'svg', 'html'] as const satisfies readonly PictureFormat[];

interface GraphOptions extends ServerOptions, JsonOption {
  readonly format: PictureFormat;
  readonly output?: string;
  readonly task?: string;
}

export function define(command: Command, io: Io): void {
  const format = new Option('--format <format>', 'of the picture').choices(FORMATS).default('text');
  withJson(withServer(command.argument('<plan-or-run>', 'a plan file, or the id of a run')))
    .addOption(format)
    .option('--task <task>', 'of a run: the plan that a planner has made for this task')
    .option('-o, --output <file>', 'write it there instead of to stdout')
    .action(async (what: string, options: GraphOptions) => {
      const picture = await pictureFor(io, what, options);
      if (options.json === true) return io.printJson(picture);
      const { renderPicture } = await import('./picture/index.js');
      const colour = options.output === undefined && io.colours(io.stdout).isColorSupported;
      const drawn = await renderPicture(picture, options.format, { colour });
      if (options.output === undefined) return io.print(drawn);
      await writeFile(resolve(io.cwd, options.output), drawn);
      io.note(`wrote ${options.output}`);
    });
}

async function pictureFor(io: Io, what: string, options: GraphOptions): Promise<Picture> {
  const [{ buildGraph }, { pictureOf }] = await Promise.all([
    import('../domain/graph.js'),
    import('../domain/picture-of.js'),
  ]);
  if (isFile(io, what)) {
    const [{ readPlanFile }, { parsePlan }] = await Promise.all([
      import('../plan-file.js'),
      import('../domain/parse-plan.js'),
    ]);
    return pictureOf(buildGraph(parsePlan(await readPlanFile(what))));
  }
  const { lookAt } = await import('./look-at.js');
  const { plan, result, now } = await lookAt(io, what, options);
  const { task } = options;
  if (task !== undefined) {
    const made = Object.hasOwn(result.tasks, task) ? result.tasks[task]!.plan : undefined;
    if (made === undefined) throw new UsageError([`--task: no plan has been made for a task ${JSON.stringify(task)}`]);
    return pictureOf(buildGraph(made as Plan));
  }
  return pictureOf(buildGraph(plan), result, now);
}

/** A run's id may have any form, but a file that is there, or has the ending of one, was meant as a file. */
const isFile = (io: Io, what: string): boolean =>
  /\.(ya?ml|json)$/i.test(what) || /^\.{0,2}[/\\]/.test(what) || existsSync(resolve(io.cwd, what));
