// What the script of a page knows: places of boxes and lines, in both directions, and the facts about each task. The tasks of
// sub-plans follow those of the run, and are numbered on.
import { flattenPicture, type Insides } from '../../../domain/picture/flatten.js';
import { pictureGraph } from '../../../domain/picture/graph.js';
import { LOOKS, lookNameOf } from '../../../domain/picture/looks.js';
import { describeTask } from '../../../domain/picture/rows.js';
import type { Picture, PictureTask } from '../../../domain/picture/picture.js';
import { round, type Point } from '../layout/geometry.js';
import { layoutPicture, type Layout } from '../layout/layout.js';
import { boxSize, type BoxSize } from '../svg/size.js';
import { drawPicture } from '../svg/svg.js';
import type { PageOptions, RunPage, TaskFacts } from './run-page.js';
import { timelineData } from './timeline-data.js';

/** One letter for each look of an item, because a run may have 10,000. */
const LOOK_LETTERS = new Map([...LOOKS.keys()].map((look, index) => [look, String.fromCharCode(97 + index)]));

export interface DrawnPage {
  readonly markup: string;
  /** The part of each task, by number. */
  readonly boxes: readonly string[];
  readonly data: ReturnType<typeof dataOf>;
}

interface Inside {
  readonly parent: number;
  readonly name: string;
  readonly picture: Picture;
  readonly first: { readonly task: number; readonly line: number };
}

/** `layOut`: for a page that is drawn again and again, one that remembers layouts. */
export function drawPage(page: RunPage, options: PageOptions, layOut = layoutPicture): DrawnPage {
  const { picture } = page;
  const size = boxSize(picture, picture.run?.isOpen === true);
  const right = drawPicture(picture, size, undefined, layOut);
  const down = layOut(picture, { cell: size, rowGap: size.rowGap, direction: 'down' });
  let first = { task: picture.tasks.length, line: right.layout.lines.length };
  const drawn = insidesOf(page).map(({ parent, name, picture: inside }) => {
    const numbered: Inside = { parent, name, picture: inside, first };
    const drawing = drawPicture(inside, boxSize(inside, picture.run?.isOpen === true), first, layOut);
    first = { task: first.task + inside.tasks.length, line: first.line + drawing.layout.lines.length };
    return { ...numbered, drawing };
  });
  const groups = drawn.map(
    ({ parent, drawing }, index) =>
      `<g class="inside" data-inside="${index}" data-parent="${parent}">${drawing.markup}</g>`,
  );
  const layouts = drawn.map(({ drawing, ...inside }) => ({ ...inside, layout: drawing.layout }));
  return {
    markup: [right.markup, ...groups].join('\n'),
    boxes: [right, ...drawn.map(({ drawing }) => drawing)].flatMap(({ boxes }) => boxes),
    data: dataOf(page, options, { size, right: right.layout, down, insides: layouts }),
  };
}

/** The sub-plans directly below the tasks of the run. Those below them are drawn as a part of them. */
function insidesOf({ picture, insides }: RunPage): Pick<Inside, 'parent' | 'name' | 'picture'>[] {
  return [...insides].flatMap(([path, inside]) => {
    if (path.includes('/')) return [];
    const parent = picture.tasks.findIndex(({ id }) => id === path.replace(/(?:~\d+)?(?:\[\d+\])?$/, ''));
    return parent === -1 ? [] : [{ parent, name: path, picture: flattenPicture(inside, below(insides, path)) }];
  });
}

const below = (insides: Insides, path: string): Insides =>
  new Map(
    [...insides].flatMap(([other, inside]) =>
      other.startsWith(`${path}/`) ? [[other.slice(path.length + 1), inside]] : [],
    ),
  );

interface Layouts {
  readonly size: BoxSize;
  readonly right: Layout;
  readonly down: Layout;
  readonly insides: readonly (Inside & { readonly layout: Layout })[];
}

function dataOf(
  page: RunPage,
  { isLive = false, expand = false, version = 0 }: PageOptions,
  { size, right, down, insides }: Layouts,
) {
  const { picture, facts, critical } = page;
  const numbers = new Map(picture.tasks.map(({ id }, index) => [id, index]));
  return {
    isLive,
    version,
    expand,
    name: picture.name,
    ...(picture.run === undefined ? {} : { run: picture.run }),
    size: { width: size.width, height: size.height, isDense: size.isDense },
    right: placesOf(right),
    down: placesOf(down),
    insides: insides.map(({ parent, name, first, layout, picture: { tasks } }) => ({
      parent,
      name,
      first,
      count: tasks.length,
      size: boxSizeOf(tasks, picture),
      ...placesOf(layout),
    })),
    tasks: [
      ...taskData(picture, 0, facts),
      ...insides.flatMap(({ picture: inside, first }) => taskData(inside, first.task, new Map())),
    ],
    looks: Object.fromEntries(
      [...LOOK_LETTERS].map(([name, letter]) => [letter, { name, word: LOOKS.get(name)!.word }]),
    ),
    critical: critical.flatMap((id) => numbers.get(id) ?? []),
    timeline: timelineData(page),
  };
}

const boxSizeOf = (tasks: readonly PictureTask[], picture: Picture): { width: number; height: number } => {
  const { width, height } = boxSize({ name: '', tasks }, picture.run?.isOpen === true);
  return { width, height };
};

const pair = ({ x, y }: Point): [number, number] => [round(x), round(y)];

const placesOf = ({ width, height, boxes, frames, lines }: Layout) => ({
  width: round(width),
  height: round(height),
  /** The upper left corner of each box. */
  boxes: boxes.map(pair),
  frames: frames.map((frame) => [round(frame.x), round(frame.y), round(frame.width), round(frame.height)]),
  lines: lines.map(({ from, to, points }) => ({ from, to, points: points.map(pair) })),
});

export function taskData({ tasks }: Picture, first: number, facts: ReadonlyMap<string, TaskFacts>) {
  const { needs } = pictureGraph(tasks);
  return tasks.map((task, index) => {
    const { items, ...known } = facts.get(task.id) ?? {};
    const look = lookNameOf(task);
    return {
      id: task.id,
      kind: task.kind,
      about: describeTask(task),
      needs: (needs[index] ?? []).map((need) => first + need),
      detail: task.detail,
      why: task.why,
      waits: task.waits,
      agentKind: task.agentKind,
      ...(look === undefined ? {} : { status: task.status, look, word: LOOKS.get(look)!.word }),
      ...known,
      ...(items === undefined ? {} : { items: items.map((item) => LOOK_LETTERS.get(item)).join('') }),
    };
  });
}
