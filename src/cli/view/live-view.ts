// A table that redraws itself, on a terminal. Other lines for people are printed above it and stay.
import type { RunResult } from '../../domain/run/result.js';
import type { Io } from '../terminal/io.js';
import { liveArea } from '../terminal/live-area.js';
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
  const area = liveArea(stderr);
  let facts = known;
  let snapshot: RunResult | undefined;
  let subRuns: readonly SeenRun[] = [];
  let trouble: string | undefined;
  let question: string | undefined;
  let endedAt: number | undefined;
  const size = (): TableSize => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 });
  const redraw = (): void =>
    area.draw(screenLines({ snapshot, subRuns, facts, trouble, question, now: endedAt ?? Date.now() }, size(), paint));
  const resized = (): void => {
    area.resized();
    redraw();
  };
  const restoreNotes = io.divertNotes((line) => area.print(line));
  const timer = setInterval(() => redraw(), REDRAW_MS);
  stderr.on('resize', resized);
  redraw();
  return {
    show(run, below) {
      ({ facts, snapshot, endedAt } = run);
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
      area.close();
    },
  };
}
