// Describes a run in GitHub's Markdown for the Temporal Web UI: its status, the DAG as text, a table of tasks. The size is bounded,
// because the Web UI passes the text in the URL of a frame.
import { escapeMarkdown } from '../text/markdown.js';
import { budgetText } from '../budget/text.js';
import { taskOf, type Graph } from '../plan/graph.js';
import { detailOf, pictureOf } from './from-run.js';
import { pictureText } from './text.js';
import type { Progress } from '../progress/state.js';
import { replanLines } from '../run/replan-text.js';
import type { TaskResult } from '../run/result.js';
import { countStatuses, statusLook } from './status-style.js';
import { summarize, type SummaryContext } from '../run/summarize.js';
import { shownStatus, waitText, type Waiting } from '../run/waiting.js';

/** Maximum number of rows in the picture and in the table. If there are more tasks, the most important are shown. */
const MAX_ROWS = 50;
/** Of tasks that wait for an answer. */
const MAX_WAITING = 5;

export function runDetails(graph: Graph, progress: Progress, summary: SummaryContext = { runId: '' }): string {
  const result = summarize(graph, progress, summary);
  const counts = countStatuses(Object.values(result.tasks).map(({ status }) => status));
  const statusCounts = [...counts].map(([status, count]) => `${count} ${statusLook[status].word}`).join(' · ');
  const phase = result.status === 'running' && progress.phase !== 'running' ? progress.phase : result.status;
  const waiting = result.waiting ?? [];
  return [
    `**${escapeMarkdown(graph.plan.name)}**: ${shownStatus({ status: phase, state: result.state })}${result.pausedBecause === undefined ? '' : ` (${result.pausedBecause})`} · ${statusCounts}`,
    ...(result.budget === undefined ? [] : [`Budget: ${escapeMarkdown(budgetText(result.budget))}`]),
    ...waiting.slice(0, MAX_WAITING).map(waitLine),
    ...(waiting.length > MAX_WAITING ? [`and ${waiting.length - MAX_WAITING} more tasks wait`] : []),
    ...replanLines(result).map((line) => `> ${escapeMarkdown(line)}`),
    ...(result.failure === null ? [] : [`> ${escapeMarkdown(result.failure.message)}`]),
    ['```', picture(graph, result), '```'].join('\n'),
    taskTable(graph, result.tasks),
    ...(progress.debt.length === 0 ? [] : [`Could not be undone: ${progress.debt.join(', ')}`]),
  ].join('\n\n');
}

/** `> signOff waits for an answer: Publish? · baton approve r-1 signOff` */
const waitLine = (waiting: Waiting): string =>
  `> ${escapeMarkdown([waiting.task ?? '', waitText(waiting)].join(' ').trim())} · ${codeSpan(waiting.command)}`;

/** A backtick within it would end it. */
const codeSpan = (text: string): string => (text.includes('`') ? escapeMarkdown(text) : `\`${text}\``);

/** The picture without its heading, which repeats the line above and is too wide. */
const picture = (graph: Graph, result: ReturnType<typeof summarize>): string =>
  pictureText({ ...pictureOf(graph, result), notes: [] }, { limit: MAX_ROWS })
    .split('\n')
    .slice(2)
    .join('\n');

function taskTable(graph: Graph, tasks: Readonly<Record<string, TaskResult>>): string {
  const ids = mostImportant(graph, tasks);
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

/** The text is made when something happens, not when it is read: a running task has a start time, but no duration yet. */
function detail(task: TaskResult): string {
  const since = task.startedAt === null || task.endedAt !== null ? '' : `since ${task.startedAt.slice(11, 19)} UTC`;
  return [detailOf(task), since].filter((part) => part !== '').join(' · ');
}

/** All tasks in the order of the plan if they fit; otherwise failed and running tasks come first. */
function mostImportant(graph: Graph, tasks: Readonly<Record<string, TaskResult>>): string[] {
  if (graph.order.length <= MAX_ROWS) return [...graph.order];
  const isImportant = (id: string) => !['pending', 'succeeded', 'skipped'].includes(tasks[id]!.status);
  return [...graph.order.filter(isImportant), ...graph.order.filter((id) => !isImportant(id))].slice(0, MAX_ROWS);
}

/** Keeps a cell on one line, with space after it: the Web UI breaks short cells, and leaves no space between columns. */
const unbroken = (cell: string): string => `${cell.replaceAll(' ', '\u00a0')}\u00a0\u00a0`;
