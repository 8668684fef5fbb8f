// `baton inbox`: prints what waits for people, once or each time it changes.
import { setTimeout as delay } from 'node:timers/promises';
import { isOutage } from '../../client/await-result.js';
import type { Inbox, InboxOptions } from '../../client/inbox.js';
import { visibleLine } from '../../domain/text/visible.js';
import type { JsonOption, ServerOptions } from '../arguments/options.js';
import { noteServer } from '../session/server-line.js';
import type { Session } from '../session/session.js';
import { withSession } from '../session/with-session.js';
import { columnsOf } from '../terminal/fit.js';
import { onInterrupts } from '../terminal/interrupts.js';
import type { Io } from '../terminal/io.js';
import { itemLines } from './item-lines.js';

export interface InboxCommandOptions extends ServerOptions, JsonOption {
  readonly watch?: boolean;
}

const LOOK_MS = 2_000;
/** Reading a full inbox takes longer. The pause is this many times longer, so that the workers have time for the runs. */
const PAUSE_FACTOR = 5;
const MAX_UNREAD = 5;

export async function showInbox(io: Io, chosen: InboxOptions, options: InboxCommandOptions): Promise<void> {
  await withSession(io, options, async (session) => {
    noteServer(io, session.server);
    if (options.watch === true) return await watch(io, chosen, options, session);
    const inbox = await session.baton.inbox(chosen);
    if (options.json === true) return io.printJson(inbox);
    if (inbox.items.length === 0) io.note('nothing waits for a person');
    print(io, inbox.items);
    noteRest(io, inbox);
  });
}

/** Prints each item once, when it begins to wait, and a line when it waits no more. */
async function watch(io: Io, chosen: InboxOptions, { json }: JsonOption, { baton }: Session): Promise<void> {
  const leave = new AbortController();
  const interrupts = onInterrupts({ interrupted: () => leave.abort(), ended: () => leave.abort() });
  let before = new Map<string, Inbox['items'][number]>();
  let isFirst = true;
  let trouble: string | undefined;
  try {
    while (!leave.signal.aborted) {
      const began = Date.now();
      try {
        const inbox = await baton.inbox(chosen);
        const now = new Map(inbox.items.map((item) => [JSON.stringify([item.runId, item.task, item.kind]), item]));
        const added = [...now].flatMap(([key, item]) => (before.has(key) ? [] : [item]));
        const gone = [...before].flatMap(([key, item]) => (now.has(key) ? [] : [item]));
        if (json === true) {
          for (const item of added) io.print(JSON.stringify({ is: 'waiting', ...item }));
          for (const { kind, runId, task } of gone) io.print(JSON.stringify({ is: 'over', kind, runId, task }));
        } else {
          print(io, added);
          for (const { runId, title } of gone)
            io.print(`✓ ${visibleLine(title)} (${visibleLine(runId)}) waits no more`);
          if (isFirst) noteRest(io, inbox);
          if (isFirst && inbox.items.length === 0) io.note('nothing waits for a person; waiting for what comes');
        }
        [before, isFirst, trouble] = [now, false, undefined];
      } catch (error) {
        if (!isOutage(error)) throw error;
        const message = 'the server does not answer; waiting for it';
        if (trouble !== message) io.note(message);
        trouble = message;
      }
      const rest = Math.max(LOOK_MS, PAUSE_FACTOR * (Date.now() - began));
      await delay(rest, undefined, { signal: leave.signal }).catch(() => undefined);
    }
  } finally {
    interrupts.stop();
  }
}

function print(io: Io, items: Inbox['items']): void {
  const view = { now: Date.now(), paint: io.colours(io.stdout), width: columnsOf(io.stdout) };
  for (const item of items) io.print(`${itemLines(item, view).join('\n')}\n`);
}

function noteRest(io: Io, { unread, isMore }: Inbox): void {
  for (const { runId, reason } of unread.slice(0, MAX_UNREAD))
    io.note(`run ${visibleLine(runId)} waits, and cannot report for what: ${reason}`);
  if (unread.length > MAX_UNREAD) io.note(`so do ${unread.length - MAX_UNREAD} more runs`);
  if (isMore) io.note('more runs wait, which started later; --limit reads more of them');
}
