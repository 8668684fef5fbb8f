// What a browser is sent when a run has changed: what differs from what it has, or everything if other tasks are shown.
import { headerMarkup } from '../picture/html/header.js';
import { legendMarkup } from '../picture/html/legend.js';
import { drawPage, type DrawnPage } from '../picture/html/page-data.js';
import type { PageOptions, RunPage } from '../picture/html/run-page.js';
import { visiblePage } from '../picture/index.js';
import type { layoutPicture } from '../picture/layout/layout.js';

/** The page of a run at one moment. */
export interface ShownRun {
  readonly version: number;
  readonly page: RunPage;
  readonly isOpen: boolean;
  readonly drawn: DrawnPage;
  readonly header: string;
  /** The same as long as the same boxes are shown. */
  readonly structure: string;
  readonly tasks: readonly string[];
  /** The rows of the timeline, by task. */
  readonly rows: ReadonlyMap<number, string>;
}

export function showRun(version: number, read: RunPage, options: PageOptions, layOut: typeof layoutPicture): ShownRun {
  const page = visiblePage(read);
  const drawn = drawPage(page, { ...options, version }, layOut);
  const { data } = drawn;
  return {
    version,
    page,
    isOpen: page.picture.run?.isOpen === true,
    drawn,
    header: headerMarkup(page, options),
    structure: JSON.stringify([
      data.size,
      data.tasks.map(({ id, needs }) => [id, needs]),
      data.insides.map(({ name }) => name),
    ]),
    tasks: data.tasks.map((task) => JSON.stringify(task)),
    rows: new Map(data.timeline.rows.map((row) => [row.task, JSON.stringify(row)])),
  };
}

/** `before`: what the browser has. */
export function updateFor(before: ShownRun | undefined, now: ShownRun): object {
  const { drawn, header } = now;
  const { data, markup, boxes } = drawn;
  if (before?.structure !== now.structure) return { header, data, markup, legend: legendMarkup(now.page.picture) };
  const changed = [...boxes.keys()].filter(
    (index) => now.tasks[index] !== before.tasks[index] || boxes[index] !== before.drawn.boxes[index],
  );
  return {
    header,
    run: data.run,
    tasks: Object.fromEntries(changed.map((index) => [index, data.tasks[index]])),
    boxes: Object.fromEntries(
      changed.flatMap((index) => (boxes[index] === before.drawn.boxes[index] ? [] : [[index, boxes[index]]])),
    ),
    timeline: {
      span: data.timeline.span,
      rows: data.timeline.rows.filter(({ task }) => now.rows.get(task) !== before.rows.get(task)),
    },
    critical: data.critical,
  };
}
