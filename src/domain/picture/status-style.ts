// The style of each task status, for terminal, Web UI, Mermaid, DOT, SVG and HTML. It is one table, so that a colour or a glyph
// means the same in all of them. Glyphs are one column wide: none has an emoji form, which would be two columns wide.
// Colours: `ink` (border, glyph) has a contrast of at least 3:1 on the page, and 4.5:1 on `fill`.
import type { TaskStatus } from '../task-status.js';

type TerminalColour = 'gray' | 'blue' | 'yellow' | 'green' | 'red' | 'magenta' | 'cyan';

interface Colours {
  readonly ink: string;
  readonly fill: string;
}

export interface StatusLook {
  readonly glyph: string;
  readonly word: string;
  readonly terminal: TerminalColour;
  readonly light: Colours;
  readonly dark: Colours;
}

export const statusLook: Readonly<Record<TaskStatus, StatusLook>> = {
  pending: {
    glyph: '○',
    word: 'pending',
    terminal: 'gray',
    light: { ink: '#5b6572', fill: '#ffffff' },
    dark: { ink: '#9aa5b3', fill: '#1b212a' },
  },
  running: {
    glyph: '●',
    word: 'running',
    terminal: 'blue',
    light: { ink: '#0b5cc7', fill: '#e3eefd' },
    dark: { ink: '#74b0ff', fill: '#15294a' },
  },
  retrying: {
    glyph: '↻',
    word: 'retrying',
    terminal: 'yellow',
    light: { ink: '#8a5200', fill: '#fdf0d3' },
    dark: { ink: '#f2b84b', fill: '#3a2a0c' },
  },
  succeeded: {
    glyph: '✓',
    word: 'succeeded',
    terminal: 'green',
    light: { ink: '#17703a', fill: '#e0f5e7' },
    dark: { ink: '#5fd38d', fill: '#123322' },
  },
  failed: {
    glyph: '✗',
    word: 'failed',
    terminal: 'red',
    light: { ink: '#b4231a', fill: '#fde7e5' },
    dark: { ink: '#ff8f85', fill: '#451a18' },
  },
  skipped: {
    glyph: '↷',
    word: 'skipped',
    terminal: 'gray',
    light: { ink: '#5b6572', fill: '#e9ecf0' },
    dark: { ink: '#a3adba', fill: '#2a323d' },
  },
  cancelled: {
    glyph: '⊘',
    word: 'cancelled',
    terminal: 'gray',
    light: { ink: '#4b4f58', fill: '#dfe2e7' },
    dark: { ink: '#bcc3cd', fill: '#343b46' },
  },
  unknown: {
    glyph: '?',
    word: 'unknown',
    terminal: 'yellow',
    light: { ink: '#95420b', fill: '#ffe9da' },
    dark: { ink: '#ffab70', fill: '#45260f' },
  },
  compensating: {
    glyph: '↺',
    word: 'compensating',
    terminal: 'magenta',
    light: { ink: '#7a35c0', fill: '#f1e7fc' },
    dark: { ink: '#c9a0ff', fill: '#2f1d4a' },
  },
  compensated: {
    glyph: '↶',
    word: 'compensated',
    terminal: 'cyan',
    light: { ink: '#0b6674', fill: '#daf2f5' },
    dark: { ink: '#5fcbd9', fill: '#0f3238' },
  },
  'compensation-failed': {
    glyph: '!',
    word: 'compensation failed',
    terminal: 'red',
    light: { ink: '#a3155f', fill: '#fce1ef' },
    dark: { ink: '#ff8ac4', fill: '#47142f' },
  },
};

/** A running task on which nothing works: it waits for a person, an event, a time, a breaker, … */
export const WAITING: StatusLook & { readonly name: 'waiting' } = {
  name: 'waiting',
  glyph: '◔',
  word: 'waiting',
  terminal: 'cyan',
  light: { ink: '#1f5f8f', fill: '#fff8dc' },
  dark: { ink: '#ffd76a', fill: '#2b2a1c' },
};

/** The number of tasks with each status, in the order of the table; tasks without a status are not counted. */
export function countStatuses(statuses: Iterable<TaskStatus | undefined>): ReadonlyMap<TaskStatus, number> {
  const counts = new Map<TaskStatus, number>();
  for (const status of statuses) if (status !== undefined) counts.set(status, (counts.get(status) ?? 0) + 1);
  const order = Object.keys(statusLook);
  return new Map([...counts].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}
