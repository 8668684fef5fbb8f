// A position in the events of a run, as text that a program can keep.
import { z } from 'zod';
import { InvalidInputError } from '../errors.js';

const Position = z.strictObject({
  /** The execution of the chain, and the number of its events that have been read. */
  run: z.string().min(1),
  read: z.int().min(0),
  /** By task in progress, the last attempt that was reported. */
  tried: z.record(z.string(), z.int()).optional(),
  /** `run.ended` has been read. */
  isOver: z.literal(true).optional(),
});
export type Position = Readonly<z.infer<typeof Position>>;

export const cursorOf = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** Throws InvalidInputError. */
export function parseCursor(text: string): Position {
  try {
    return Position.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw new InvalidInputError([`after: expected the cursor of an event, got ${JSON.stringify(text).slice(0, 100)}`]);
  }
}
