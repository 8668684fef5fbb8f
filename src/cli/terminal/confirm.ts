// Asks a person before a command changes something.
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import { KEYS, readKeys } from './read-keys.js';

/** True for yes. `what` the command would do, for the UsageError that is thrown if no person can be asked. */
export async function confirm(io: Io, question: string, what: string): Promise<boolean> {
  const keyboard = io.keyboard();
  if (keyboard === undefined) throw new UsageError([`--yes: needed to ${what} without a terminal`]);
  io.note(`${question} y or n`);
  return await new Promise((resolve) => {
    const stop = readKeys(keyboard, (key) => {
      const isYes = /^y/i.test(key);
      if (!isYes && !/^n/i.test(key) && key !== KEYS.escape && !key.startsWith(KEYS.interrupt)) return;
      stop();
      resolve(isYes);
    });
  });
}
