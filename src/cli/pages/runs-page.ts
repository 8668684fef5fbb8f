// The list of the runs on the server, newest first. It updates itself.
import type { RunSummary } from '../../client/list-runs.js';
import { formatDuration } from '../../domain/duration.js';
import { visibleLine } from '../../domain/text/visible.js';
import { escapeMarkup } from '../picture/escape.js';
import { htmlDocument } from '../picture/html/html.js';

const text = (value: string): string => escapeMarkup(visibleLine(value));

export function runsPage(runs: readonly RunSummary[], serverLine: string): string {
  const body = `<header><div class="top"><h1>Runs</h1><span class="aside">${text(serverLine)}</span></div></header>
<div id="message" role="alert" hidden></div>
<main class="list"><table><thead><tr><th>Run</th><th>Plan</th><th>State</th><th>Started</th><th>Took</th></tr></thead><tbody id="runs">${runRows(runs, Date.now())}</tbody></table></main>`;
  return htmlDocument('Runs', body, ['runs'], { isLive: true });
}

export function runRows(runs: readonly RunSummary[], now: number): string {
  if (runs.length === 0)
    return '<tr><td colspan="5">No run has started yet. “baton run PLAN” in another terminal starts one.</td></tr>';
  return runs
    .map(({ runId, plan, status, state, failedTask, startedAt, endedAt }) => {
      const took = (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);
      const shown = state ?? status;
      const failed = failedTask === null ? '' : ` <span class="aside">${text(failedTask)}</span>`;
      const cells = [
        `<a href="run?id=${escapeMarkup(encodeURIComponent(runId))}">${text(runId)}</a>`,
        text(plan ?? ''),
        `<span class="run r-${text(shown).replace(/[^a-z]/g, '')}">${text(shown)}</span>${failed}`,
        `${text(startedAt.slice(0, 19).replace('T', ' '))} UTC`,
        text(formatDuration(Math.max(0, took))),
      ];
      return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
    })
    .join('');
}
