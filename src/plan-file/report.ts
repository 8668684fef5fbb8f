// How the parsers of plan files report what is wrong with the text.
import { shown } from '../domain/problem.js';

/** Takes a problem of the text; `offset` is where it is, if that is known. */
export type Report = (code: string, offset: number | undefined, message: string, hint?: string) => void;

export const reportDuplicate = (key: string, offset: number, report: Report): void =>
  report('plan.duplicate-key', offset, `expected each key once, got ${shown(key)} again`);
