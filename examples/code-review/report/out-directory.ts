import { resolve } from 'node:path';

/** Where the reports go: `review` in the directory of the worker, unless the run's input says otherwise. */
export const outDirectory = (out = 'review'): string => resolve(out);
