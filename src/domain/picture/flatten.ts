// Puts the tasks of sub-plans into the picture of their run: each before the task that it belongs to, with the id `solve/scan`.
import type { Picture, PictureTask } from './picture.js';

/** The pictures of the sub-plans of a task, by the part of their ids behind the run: `solve`, `each[3]`, `solve/review`. */
export type Insides = ReadonlyMap<string, Picture>;

/** A task of a sub-plan that needs nothing needs what the task of the sub-plan needs. */
export function flattenPicture(picture: Picture, insides: Insides): Picture {
  return { ...picture, tasks: picture.tasks.flatMap((task) => withInside(task, '', insides)) };
}

function withInside(task: PictureTask, within: string, insides: Insides): PictureTask[] {
  const id = `${within}${task.id}`;
  const own = { ...task, id, needs: task.needs.map((need) => `${within}${need}`) };
  const below = [...insides].filter(([path]) => path === id || path.startsWith(`${id}[`) || path.startsWith(`${id}~`));
  const direct = below.filter(([path]) => !path.slice(id.length).includes('/'));
  if (direct.length === 0) return [own];
  const inner = direct.flatMap(([path, { tasks }]) => {
    const placed = tasks.flatMap((one) => withInside(one, `${path}/`, insides));
    return placed.map((one) => (one.needs.length === 0 ? { ...one, needs: own.needs } : one));
  });
  const needed = new Set(inner.flatMap(({ needs }) => needs));
  const ends = inner.map((one) => one.id).filter((one) => !needed.has(one));
  return [...inner, { ...own, needs: ends }];
}
