// A table that redraws itself, on a terminal. Lines for people appear above it and stay.
import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import type { RunResult } from '../../domain/run-result.js';
import type { Io } from '../io.js';
import type { RunFacts } from './run-facts.js';
import { screenLines } from './screen.js';
import type { SeenRun } from './seen-run.js';
import type { TableSize } from './task-table.js';
import type { View } from './view.js';

/** Times on the screen are shown to a tenth of a second for a while, so they must move. */
const REDRAW_MS = 250;

export function liveView(io: Io, known: RunFacts): View {
  const { stderr } = io;
  const paint = io.colours(stderr);
  const draw = createLogUpdate(stderr);
  let facts = known;
  let snapshot: RunResult | undefined;
  let subRuns: readonly SeenRun[] = [];
  let trouble: string | undefined;
  let drawn: readonly string[] = [];
  const size = (): TableSize => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 });
  const redraw = (): void => {
    drawn = screenLines({ snapshot, subRuns, facts, trouble, now: Date.now() }, size(), paint);
    draw(drawn.join('\n'));
  };
  const resized = (): void => {
    // The terminal has wrapped what was drawn wider: it takes more lines now than were written.
    const { columns } = size();
    const taken = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    stderr.write(`\u001B[${taken}F\u001B[0J`);
    draw.done();
    redraw();
  };
  const restoreNotes = io.divertNotes((line) => {
    draw.clear();
    stderr.write(`${line}\n`);
    redraw();
  });
  const timer = setInterval(() => redraw(), REDRAW_MS);
  stderr.on('resize', resized);
  redraw();
  return {
    show(run, below) {
      ({ facts, snapshot } = run);
      subRuns = below;
      trouble = undefined;
      redraw();
    },
    trouble(message) {
      trouble = message;
      redraw();
    },
    close() {
      clearInterval(timer);
      stderr.off('resize', resized);
      restoreNotes();
      redraw();
      draw.done();
    },
  };
}
