import type { Picture } from '../../../src/domain/picture/picture.js';
import type { PictureTask } from '../../../src/domain/picture/picture.js';
import type { TaskStatus } from '../../../src/domain/task-status.js';

export function task(id: string, needs: readonly string[] = [], more: Partial<PictureTask> = {}): PictureTask {
  return { id, kind: 'agent', label: 'worker', needs, ...more };
}

export function pictureOf(tasks: readonly PictureTask[], more: Partial<Picture> = {}): Picture {
  return { name: 'sample', tasks, ...more };
}

export const review: Picture = {
  name: 'code-review',
  status: 'running',
  tasks: [
    task('inventory', [], { label: 'repo-inventory', status: 'succeeded', detail: '0.4s' }),
    task('analyze', ['inventory'], { status: 'running', forEach: true, detail: '40 of 120 items' }),
    task('scan', [], { label: 'security-scanner', status: 'retrying', detail: 'attempt 2' }),
    task('signOff', ['scan'], { kind: 'approve', label: 'Publish?', status: 'pending', conditional: true }),
    task('publish', ['analyze', 'scan', 'signOff'], { status: 'pending', compensates: true }),
  ],
};

export const hostileLabels: readonly string[] = [
  '</script><img src=x onerror="alert(1)">',
  'a "quoted" label',
  "it's [all] {of} (them) | <b>",
  'semi;colon #35; &amp; & `tick` %% comment -->',
  'line\nbreak \\n \\ back\\',
  'controls \u0000\u0007\u001b[31m\u202e\ud800',
];

const hostileIds = ['constructor', 'end', 'default', 'class', 'subgraph', '__proto__'];

export const hostile: Picture = {
  name: 'na"sty</title><script>alert(1)</script>',
  status: '<img src=x onerror=alert(1)>',
  tasks: hostileIds.map((id, index) =>
    task(id, hostileIds.slice(0, index), { label: hostileLabels[index] ?? '', detail: hostileLabels[5 - index] ?? '' }),
  ),
};

/** Layers of equal size; each task needs some of the layer before, in a pattern without twins. */
export function layers(depth: number, width: number): Picture {
  const statusAt = (layer: number): TaskStatus =>
    layer < depth / 2 ? 'succeeded' : layer === Math.ceil(depth / 2) ? 'running' : 'pending';
  const tasks = Array.from({ length: depth * width }, (_, index) => {
    const layer = Math.floor(index / width);
    const needs = [index, index * 7 + 3].map((pick) => `l${layer - 1}_${pick % width}`);
    return task(`l${layer}_${index % width}`, layer === 0 ? [] : [...new Set(needs)], { status: statusAt(layer) });
  });
  return pictureOf(tasks, { name: 'layers', status: 'running' });
}

export function fanOut(width: number): Picture {
  const ids = Array.from({ length: width }, (_, index) => `w${index}`);
  return pictureOf([task('source'), ...ids.map((id) => task(id, ['source'])), task('sink', ids)]);
}

export function chain(length: number): Picture {
  return pictureOf(Array.from({ length }, (_, index) => task(`c${index}`, index === 0 ? [] : [`c${index - 1}`])));
}
