import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Picture } from '../../domain/picture/picture.js';
import { visibleName } from '../../domain/text/visible.js';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { pageAddress, withPageAddress, type PageAddressOptions } from '../arguments/listen.js';
import { PICTURE_FORMATS, type PictureFormat } from '../picture/options.js';
import { UsageError } from '../terminal/errors.js';
import { writeOutput } from '../terminal/write-output.js';
import type { RunPage } from '../picture/html/run-page.js';
import type { Plan } from '../../domain/plan/plan.js';

interface GraphOptions extends ServerOptions, JsonOption, PageAddressOptions {
  readonly format: PictureFormat;
  readonly output?: string;
  readonly task?: string;
  readonly expand?: boolean;
  readonly watch?: boolean;
  readonly open?: boolean;
}

export function define(command: Command, io: Io): void {
  const format = new Option('--format <format>', 'the format of the picture').choices(PICTURE_FORMATS).default('text');
  withPageAddress(withJson(withServer(command.argument('<plan-or-run>', 'a plan file, or the id of a run'))))
    .addOption(format)
    .option('--task <task>', 'draw the plan that a planner has made for this task of the run')
    .option('--expand', 'draw the sub-plans of a run, too; a page opens them and the items of a forEach')
    .option('-o, --output <file>', 'write the picture to this file instead of stdout')
    .option('--watch', 'serve the page of a run, which updates itself and can act on the run, until Ctrl-C')
    .option('--open', 'with --watch: open the page in the browser')
    .action(async (target: string, options: GraphOptions, self: Command) => {
      if (options.watch === true) return await watch(io, target, options, self);
      const needsWatch = (['open', 'listen', 'port'] as const).filter((name) => options[name] !== undefined);
      if (needsWatch.length > 0) throw new UsageError(needsWatch.map((name) => `--${name} needs --watch`));
      const drawn = await drawnTarget(io, target, options);
      if (typeof drawn !== 'string') return io.printJson(drawn);
      if (options.output === undefined && options.format === 'text') return await printText(io, drawn);
      if (options.output === undefined) return io.printExact(drawn);
      await writeOutput(io, '--output', options.output, drawn);
      io.note(`wrote ${visibleName(options.output)}`);
    });
}

/** The rows are cut at the width of the terminal: wrapped ones would part the lines of the picture. */
async function printText(io: Io, drawn: string): Promise<void> {
  const { columnsOf, fit, wrap } = await import('../terminal/fit.js');
  const columns = columnsOf(io.stdout);
  const [head = '', ...rows] = drawn.split('\n\n');
  const picture = rows.join('\n\n').split('\n');
  io.print([...wrap(head, columns), '', ...picture.map((line) => fit(line, columns))].join('\n'));
}

async function watch(io: Io, target: string, options: GraphOptions, self: Command): Promise<void> {
  if (isFile(io, target))
    throw new UsageError([`--watch: expected the id of a run, got the file ${visibleName(target)}`]);
  const excluded = ['format', 'task', 'output', 'expand'].filter((name) => self.getOptionValueSource(name) === 'cli');
  if (excluded.length > 0) throw new UsageError(excluded.map((name) => `--watch and --${name} exclude each other`));
  const listen = pageAddress(options);
  const { watchPage } = await import('../pages/watch-run.js');
  await watchPage(io, target, { ...options, listen, open: options.open === true, json: options.json === true });
}

/** The text in the chosen format; the picture itself with `--json`. */
async function drawnTarget(io: Io, target: string, options: GraphOptions): Promise<Picture | string> {
  const { renderPicture, renderRunPage } = await import('../picture/index.js');
  const { json = false, expand = false, format, task } = options;
  const isRun = !isFile(io, target) && task === undefined;
  if (isRun && (expand || (format === 'html' && !json))) {
    const page = await readPage(io, target, options);
    if (format === 'html' && !json) return renderRunPage(page, { expand });
    const { flattenPicture } = await import('../../domain/picture/flatten.js');
    const picture = flattenPicture(page.picture, page.insides);
    return json ? picture : await renderPicture(picture, format, { colour: hasColours(io, options) });
  }
  const picture = await pictureFor(io, target, options);
  return json ? picture : await renderPicture(picture, format, { colour: hasColours(io, options) });
}

const hasColours = (io: Io, { output }: GraphOptions): boolean =>
  output === undefined && io.colours(io.stdout).isColorSupported;

async function readPage(io: Io, id: string, options: GraphOptions): Promise<RunPage> {
  const [{ withRunAndAgents }, { readRunPage }] = await Promise.all([
    import('../session/with-session.js'),
    import('../observe/read-run-page.js'),
  ]);
  return await withRunAndAgents(io, { id, options }, (run, session, config) => readRunPage(io, run, session, config));
}

async function pictureFor(io: Io, target: string, options: GraphOptions): Promise<Picture> {
  const [{ buildGraph }, { pictureOf }] = await Promise.all([
    import('../../domain/plan/graph.js'),
    import('../../domain/picture/from-run.js'),
  ]);
  if (isFile(io, target)) {
    const [{ readPlanFile }, { parsePlan }] = await Promise.all([
      import('../../plan-file.js'),
      import('../../domain/plan/parse.js'),
    ]);
    return pictureOf(buildGraph(parsePlan(await readPlanFile(target))));
  }
  const { reportRun } = await import('../observe/report-run.js');
  const { plan, facts, result, now } = await reportRun(io, target, options);
  const { task } = options;
  if (task !== undefined) {
    const generated = Object.hasOwn(result.tasks, task) ? result.tasks[task]!.plan : undefined;
    if (generated === undefined)
      throw new UsageError([`--task: no planner has made a plan for a task ${JSON.stringify(task)}`]);
    return pictureOf(buildGraph(generated as Plan));
  }
  return pictureOf(buildGraph(plan), result, { startedAt: facts.startedAt, now, page: facts.page });
}

/** A run's id may have any form. A name of an existing file, or one that ends as a plan file does, is a file. */
const isFile = (io: Io, target: string): boolean =>
  /\.(ya?ml|json)$/i.test(target) || /^\.{0,2}[/\\]/.test(target) || existsSync(resolve(io.cwd, target));
