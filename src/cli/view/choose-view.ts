// Chooses how a run is shown.
import type { Io } from '../terminal/io.js';
import { liveView } from './live-view.js';
import { plainView } from './plain-view.js';
import type { RunFacts } from './run-facts.js';
import { quietView, type View } from './view.js';

/** A table on a terminal, else lines; nothing with `quiet`. */
export function chooseView(io: Io, facts: RunFacts, { quiet = false }: { quiet?: boolean } = {}): View {
  if (quiet) return quietView(io.note);
  return io.isLive() ? liveView(io, facts) : plainView(io);
}
