// An item of the inbox for people: what is asked, the data to decide on, since when, until when, and the command that answers.
import { formatDuration } from '../../domain/duration.js';
import type { InboxItem } from '../../domain/run/inbox-item.js';
import { truncateEnd } from '../../domain/text/truncate.js';
import { visible, visibleLine } from '../../domain/text/visible.js';
import { wrap, wrapCommand } from '../terminal/fit.js';
import type { Colours } from '../terminal/io.js';

/** Characters of one output, and lines of a description: `--json` has all. */
const MOST_OF_VALUE = 300;
const MOST_OF_LINES = 8;

export interface ItemView {
  readonly now: number;
  readonly paint: Colours;
  readonly width: number;
}

export function itemLines(item: InboxItem, { now, paint, width }: ItemView): string[] {
  const { title, description = '', runId, root, plan, task, data = {}, omitted = [], command } = item;
  const place = [plan, root === undefined ? runId : `${runId} (of ${root})`, ...(task === undefined ? [] : [task])];
  const body = [
    place.map(visibleLine).join(' · '),
    ...cut(description.split(/\r?\n/).filter((line) => line.trim() !== '')).map(visible),
    ...Object.entries(data).map(
      ([name, value]) => `${name}: ${truncateEnd(JSON.stringify(value) ?? '', MOST_OF_VALUE)}`,
    ),
    ...omitted.map((name) => `${name}: too large to show here; see baton status ${visibleLine(runId)} --json`),
    timesOf(item, now),
  ];
  return [
    ...wrap(`${paint.yellow('◆')} ${paint.bold(`${headOf(item)}${visibleLine(title)}`)}`, width),
    ...body.flatMap((line) => wrap(`  ${visible(line)}`, width)),
    ...command.split('; ').flatMap((one) => wrapCommand(`  ${visibleLine(one)}`, width).map(paint.cyan)),
  ];
}

function headOf({ kind }: InboxItem): string {
  if (kind === 'plan') return 'Run this plan? ';
  return kind === 'event' ? 'Waits for the event ' : '';
}

function timesOf({ since, until, onTimeout }: InboxItem, now: number): string {
  const ago = since === undefined ? [] : [`waits for ${formatDuration(Math.max(0, now - Date.parse(since)))}`];
  if (until === undefined) return [...ago, 'no time limit'].join(', ');
  const left = Date.parse(until) - now;
  const what = onTimeout === 'approve' ? 'is approved' : onTimeout === 'reject' ? 'is rejected' : 'fails';
  return [...ago, `${what} ${left <= 0 ? 'now' : `in ${formatDuration(left)}`}`].join(', ');
}

const cut = (lines: readonly string[]): readonly string[] =>
  lines.length > MOST_OF_LINES ? [...lines.slice(0, MOST_OF_LINES), '…'] : lines;
