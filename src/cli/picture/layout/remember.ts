// Layouts of pictures that are drawn again and again: only the graph and the sizes of the boxes decide about a layout.
import { layoutPicture } from './layout.js';

/** Of one run: before and after a re-planning, in two directions, and of its sub-plans. */
const MAX_LAYOUTS = 100;

export function rememberLayouts(): typeof layoutPicture {
  const known = new Map<string, ReturnType<typeof layoutPicture>>();
  return (picture, options) => {
    const key = JSON.stringify([options, picture.tasks.map(({ id, needs }) => [id, needs])]);
    const layout = known.get(key) ?? layoutPicture(picture, options);
    if (known.size >= MAX_LAYOUTS) known.clear();
    known.set(key, layout);
    return layout;
  };
}
