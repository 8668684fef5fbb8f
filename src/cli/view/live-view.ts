// A table that redraws itself, on a terminal. Other lines for people are printed above it and stay.
import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import type { RunResult } from '../../domain/run/result.js';
import type { Io } from '../terminal/io.js';
import { forTerminal } from '../terminal/paint.js';
import type { RunFacts } from './run-facts.js';
import { screenLines } from './screen.js';
import type { SeenRun } from './seen-run.js';
import type { TableSize } from './task-table.js';
import type { View } from './view.js';

/** Short times are shown in tenths of a second, so the screen is redrawn often. */
const REDRAW_MS = 250;

export function liveView(io: Io, known: RunFacts): View {
  const { stderr } = io;
  const paint = io.colours(stderr);
  const draw = createLogUpdate(stderr);
  let facts = known;
  let snapshot: RunResult | undefined;
  let subRuns: readonly SeenRun[] = [];
  let trouble: string | undefined;
  let question: string | undefined;
  let drawn: readonly string[] = [];
  const size = (): TableSize => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 });
  const redraw = (): void => {
    drawn = screenLines({ snapshot, subRuns, facts, trouble, question, now: Date.now() }, size(), paint);
    draw(forTerminal(drawn.join('\n')));
  };
  const resized = (): void => {
    // The terminal has wrapped lines that are too long now: the screen has more lines than were written.
    const { columns } = size();
    const height = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    stderr.write(`\u001B[${height}F\u001B[0J`);
    draw.done();
    redraw();
  };
  const restoreNotes = io.divertNotes((line) => {
    draw.clear();
    stderr.write(`${forTerminal(line)}\n`);
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
    ask(text) {
      question = text;
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
