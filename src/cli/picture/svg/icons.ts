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

const undoIcon = 'M4 1.5L1.5 4L4 6.5M1.5 4H7.5a3 3 0 0 1 0 6.5H4';

export function kindIcon(kind: PictureTask['kind'], x: number, y: number): string {
  return icon(kindIcons[kind], x, y);
}

export function undoableIcon(x: number, y: number): string {
  return icon(undoIcon, x, y);
}

function icon(path: string, x: number, y: number): string {
  return `<path class="icon" transform="translate(${x} ${y})" d="${path}"/>`;
}
