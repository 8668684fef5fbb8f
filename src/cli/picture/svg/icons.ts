// The icons of the task kinds, drawn as strokes in a square of 12 by 12.
import type { PictureTask } from '../../../domain/picture/picture.js';

const kindIcons: Readonly<Record<PictureTask['kind'], string>> = {
  /** A robot's head. */
  agent: 'M2 4.5h8v6h-8zM6 4.5V2M4.5 7v1M7.5 7v1',
  /** Two arrows side by side, towards one goal. */
  race: 'M1 3h6.5M1 9h6.5M5.5 1L7.5 3L5.5 5M5.5 7L7.5 9L5.5 11M10.5 1v10',
  /** A ballot above its box. */
  vote: 'M1 6.5h10v4.5H1zM4 6.5V1.5h4v5M3.5 8.5h5',
  /** Boxes within a box. */
  plan: 'M1 1.5h10v9H1zM3 4h2.5v2H3zM6.5 6.5H9v2H6.5z',
  /** A line that branches into three boxes. */
  decompose: 'M6 1.2v3M6 4.2L2.2 8M6 4.2V8M6 4.2L9.8 8M1 8.5h2.4v2.4H1zM4.8 8.5h2.4v2.4H4.8zM8.6 8.5H11v2.4H8.6z',
  /** A person. */
  approve: 'M6 6a2.2 2.2 0 1 0 0-4.4A2.2 2.2 0 0 0 6 6zM1.8 11c.3-2.3 2-3.5 4.2-3.5s3.9 1.2 4.2 3.5',
  /** A clock. */
  wait: 'M6 11A5 5 0 1 0 6 1a5 5 0 0 0 0 10zM6 3.5V6l2 1.3',
  /** A flash. */
  event: 'M7 1L2.5 7H6l-1 4 4.5-6H6z',
  /** An arrow that leaves a tray. */
  publish: 'M6 8V1.5M3.5 4L6 1.5L8.5 4M1 7v4h10V7',
};

/** By how the agent is reached, if that is known. */
const agentIcons: ReadonlyMap<string, string> = new Map([
  /** Braces. */
  [
    'function',
    'M4.5 1.5C3 1.5 3 2.5 3 4S3 6 1.5 6C3 6 3 6.5 3 8s0 2.5 1.5 2.5M7.5 1.5C9 1.5 9 2.5 9 4s0 2 1.5 2C9 6 9 6.5 9 8s0 2.5-1.5 2.5',
  ],
  /** A globe. */
  ['http', 'M6 11A5 5 0 1 0 6 1a5 5 0 0 0 0 10zM1 6h10M6 1c-3 3-3 7 0 10M6 1c3 3 3 7 0 10'],
  /** A prompt. */
  ['command', 'M1 1.5h10v9H1zM3 4l2 2-2 2M6 8.5h3'],
  /** A sparkle. */
  ['llm', 'M5 1.5L6.2 5 9.5 6 6.2 7.2 5 10.5 3.800 7.2.5 6 3.800 5zM10 1v3M8.5 2.5h3'],
  /** Messages one behind the other. */
  ['queue', 'M1 3h4v6H1zM7 3v6M9.2 3v6M11.2 3v6'],
  /** A branch from a sparkle. */
  [
    'llm-planner',
    'M6 1v3M4.5 2.5h3M6 5L2.2 8M6 5v3M6 5L9.800 8M1 8.5h2.400v2.400H1zM4.800 8.5h2.400v2.400H4.800zM8.600 8.5H11v2.400H8.600z',
  ],
  /** A list. */
  ['rules', 'M1 2.5h1.5M4.5 2.5H11M1 6h1.5M4.5 6H11M1 9.5h1.5M4.5 9.5H11'],
]);

const undoIcon = 'M4 1.5L1.5 4L4 6.5M1.5 4H7.5a3 3 0 0 1 0 6.5H4';

export function kindIcon(kind: PictureTask['kind'], agentKind: string | undefined, x: number, y: number): string {
  const ofAgent = kind === 'agent' && agentKind !== undefined ? agentIcons.get(agentKind) : undefined;
  return icon(ofAgent ?? kindIcons[kind], x, y);
}

/** What the icons of a picture mean, for its legend: each name with the icon. */
export function iconMeanings(tasks: readonly PictureTask[]): { readonly name: string; readonly path: string }[] {
  const used = new Map<string, string>();
  for (const { kind, agentKind, compensates } of tasks) {
    const known = kind === 'agent' && agentKind !== undefined ? agentIcons.get(agentKind) : undefined;
    used.set(known === undefined ? kind : `${agentKind} agent`, known ?? kindIcons[kind]);
    if (compensates === true) used.set('can be undone', undoIcon);
  }
  return [...used].map(([name, path]) => ({ name, path }));
}

export function undoableIcon(x: number, y: number): string {
  return icon(undoIcon, x, y);
}

function icon(path: string, x: number, y: number): string {
  return `<path class="icon" transform="translate(${x} ${y})" d="${path}"/>`;
}
