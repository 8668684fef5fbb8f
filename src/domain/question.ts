// What a person is asked: the title and the description of an approval, once their expressions have been evaluated.
import { z } from 'zod';

export const Question = z.strictObject({ title: z.string().optional(), description: z.string().optional() });
export type Question = z.infer<typeof Question>;

/** A title is shown on one line, a description on a page. Longer texts are data: they belong into the output of a task. */
export const MAX_TITLE = 500;
export const MAX_DESCRIPTION = 20_000;
