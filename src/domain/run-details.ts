// A run in GitHub's markdown, as the Temporal Web UI shows it: how it stands, the DAG as text, a table of tasks.
// Bounded in size, for it is made again whenever something has happened.
import { taskOf, type Graph } from './graph.js';
import { detailOf, pictureOf } from './picture-of.js';
import { pictureText } from './picture.js';
import type { Progress } from './progress.js';
import type { TaskResult } from './run-result.js';
import { countStatuses, statusLook } from './status-look.js';
import { summarize } from './summarize.js';

/** Rows of the picture and of the table; past it the tasks that matter most are shown. */
const MAX_ROWS = 50;
const MAX_CELL = 120;

/** `now` in milliseconds since 1970. */
export function runDetails(graph: Graph, progress: Progress, now: number): string {
  const result = summarize(graph, progress, { runId: '' });
  const counts = countStatuses(Object.values(result.tasks).map(({ status }) => status));
  const standing = [...counts].map(([status, count]) => `${count} ${statusLook[status].word}`).join(' · ');
  const phase = result.status === 'running' && progress.phase !== 'running' ? progress.phase : result.status;
  return [
    `**${escapeCell(graph.plan.name)}**: ${phase}${result.pausedBecause === undefined ? '' : ` (${result.pausedBecause})`} · ${standing}`,
    ...(result.failure === null ? [] : [`> ${escapeCell(result.failure.message)}`]),
    ['```', pictureText(pictureOf(graph, result, now), { limit: MAX_ROWS }), '```'].join('\n'),
    taskTable(graph, result.tasks, now),
    ...(progress.debt.length === 0 ? [] : [`Could not be undone: ${progress.debt.join(', ')}`]),
  ].join('\n\n');
}

function taskTable(graph: Graph, tasks: Readonly<Record<string, TaskResult>>, now: number): string {
  const ids = mostTelling(graph, tasks);
  const rows = ids.map((id) => {
    const task = tasks[id]!;
    const { glyph, word } = statusLook[task.status];
    const agent = task.agent ?? taskOf(graph, id).kind;
    return `| ${glyph} ${word} | ${id} | ${escapeCell(agent)} | ${detailOf(task, now)} | ${escapeCell(task.failure?.message ?? '')} |`;
  });
  const rest = graph.order.length - ids.length;
  return [
    '| status | task | agent | detail | failure |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ...(rest > 0 ? ['', `and ${rest} more`] : []),
  ].join('\n');
}

/** In the order of the plan if all fit; else what failed and what runs comes first. */
function mostTelling(graph: Graph, tasks: Readonly<Record<string, TaskResult>>): string[] {
  if (graph.order.length <= MAX_ROWS) return [...graph.order];
  const isTelling = (id: string) => !['pending', 'succeeded', 'skipped'].includes(tasks[id]!.status);
  return [...graph.order.filter(isTelling), ...graph.order.filter((id) => !isTelling(id))].slice(0, MAX_ROWS);
}

/** One line, and no character that would end a cell. */
function escapeCell(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/[|<>]/g, (sign) => `\\${sign}`);
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line;
}
