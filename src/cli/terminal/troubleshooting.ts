// Where the documentation explains a problem or a failure: docs/troubleshooting.md of the installed package.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Io } from './io.js';

const PAGE = fileURLToPath(new URL('../../../docs/troubleshooting.md', import.meta.url));

/** The anchor of the section for the code of a problem (`plan.cycle`) or the type of a failure (`Timeout`). */
export const troubleshootingAnchor = (code: string): string => `#${code.toLowerCase().replaceAll('.', '')}`;

/** For people at a terminal: prints where these codes are explained. Prints nothing if stderr is not a terminal. */
export function noteTroubleshooting(io: Io, codes: readonly string[]): void {
  const [first, ...others] = new Set(codes);
  if (first === undefined || !io.isLive()) return;
  const path = relative(io.cwd, PAGE);
  const page = path.startsWith('..') ? PAGE : path;
  io.note(io.colours(io.stderr).dim(`what to do: ${page}${others.length === 0 ? troubleshootingAnchor(first) : ''}`));
}
