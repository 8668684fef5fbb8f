// A run in GitHub's markdown, as the Temporal Web UI shows it: how it stands, the DAG as text, a table of tasks.
// Bounded in size, for the Web UI hands it on in the address of a frame.
import { escapeMarkdown } from './markdown.js';
import { budgetText } from './budget-text.js';
import { taskOf, type Graph } from './graph.js';
import { detailOf, pictureOf } from './picture-of.js';
import { pictureText } from './picture.js';
import type { Progress } from './progress.js';
import { replanLines } from './replan-text.js';
import type { TaskResult } from './run-result.js';
import { countStatuses, statusLook } from './status-look.js';
import { summarize } from './summarize.js';

/** Rows of the picture and of the table; past it the tasks that matter most are shown. */
const MAX_ROWS = 50;

export function runDetails(graph: Graph, progress: Progress): string {
  const result = summarize(graph, progress, { runId: '' });
  const counts = countStatuses(Object.values(result.tasks).map(({ status }) => status));
  const standing = [...counts].map(([status, count]) => `${count} ${statusLook[status].word}`).join(' · ');
  const phase = result.status === 'running' && progress.phase !== 'running' ? progress.phase : result.status;
  return [
    `**${escapeMarkdown(graph.plan.name)}**: ${phase}${result.pausedBecause === undefined ? '' : ` (${result.pausedBecause})`} · ${standing}`,
    ...(result.budget === undefined ? [] : [`Budget: ${escapeMarkdown(budgetText(result.budget))}`]),
    ...replanLines(result).map((line) => `> ${escapeMarkdown(line)}`),
    ...(result.failure === null ? [] : [`> ${escapeMarkdown(result.failure.message)}`]),
    ['```', picture(graph, result), '```'].join('\n'),
    taskTable(graph, result.tasks),
    ...(progress.debt.length === 0 ? [] : [`Could not be undone: ${progress.debt.join(', ')}`]),
  ].join('\n\n');
}

/** Without its heading, which says again what stands above, and is wider than the place. */
const picture = (graph: Graph, result: ReturnType<typeof summarize>): string =>
  pictureText(pictureOf(graph, result), { limit: MAX_ROWS }).split('\n').slice(2).join('\n');

function taskTable(graph: Graph, tasks: Readonly<Record<string, TaskResult>>): string {
  const ids = mostTelling(graph, tasks);
  const rows = ids.map((id) => {
    const task = tasks[id]!;
    const { glyph, word } = statusLook[task.status];
    const agent = task.agent ?? taskOf(graph, id).kind;
    const cells = [`${glyph} ${word}`, id, agent, detail(task)].map((text) => unbroken(escapeMarkdown(text)));
    return `| ${cells.join(' | ')} | ${escapeMarkdown(task.failure?.message ?? '')} |`;
  });
  const rest = graph.order.length - ids.length;
  return [
    '| status | task | agent | detail | failure |',
    '| :-- | :-- | :-- | :-- | :-- |',
    ...rows,
    ...(rest > 0 ? ['', `and ${rest} more`] : []),
  ].join('\n');
}

/** Whoever looks is told the time of the last event, and not the present: what runs has a beginning, and no duration yet. */
function detail(task: TaskResult): string {
  const since = task.startedAt === null || task.endedAt !== null ? '' : `since ${task.startedAt.slice(11, 19)} UTC`;
  return [detailOf(task), since].filter((part) => part !== '').join(' · ');
}

/** In the order of the plan if all fit; else what failed and what runs comes first. */
function mostTelling(graph: Graph, tasks: Readonly<Record<string, TaskResult>>): string[] {
  if (graph.order.length <= MAX_ROWS) return [...graph.order];
  const isTelling = (id: string) => !['pending', 'succeeded', 'skipped'].includes(tasks[id]!.status);
  return [...graph.order.filter(isTelling), ...graph.order.filter((id) => !isTelling(id))].slice(0, MAX_ROWS);
}

/** The Web UI draws tables without room between the columns, and breaks short cells in favour of empty ones. */
const unbroken = (cell: string): string => `${cell.replaceAll(' ', '\u00a0')}\u00a0\u00a0`;
