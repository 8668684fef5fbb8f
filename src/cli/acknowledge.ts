// What the commands that act say once the run has taken their message.
import type { Addition } from '../domain/budget.js';
import { oneLine } from '../domain/one-line.js';
import type { Io } from './io.js';

export interface Done {
  /** The command's name. */
  readonly did: string;
  readonly runId: string;
  readonly task?: string;
  readonly event?: string;
  readonly add?: Addition;
}

/** `{ "did": "approve", "runId": "…", "task": "…" }` with `--json`, a sentence without. */
export function acknowledge(io: Io, done: Done, { json, words }: { json: boolean | undefined; words: string }): void {
  if (json === true) io.printJson(done);
  else io.note(oneLine(words));
}
