// How the parsers of plan files report what is wrong with the text.
import { bigNumberProblem } from '../domain/json/read-json.js';
import { shown } from '../domain/problem.js';

/** Takes a problem of the text; `offset` is where it is, if that is known. */
export type Report = (code: string, offset: number | undefined, message: string, hint?: string) => void;

export const reportDuplicate = (key: string, offset: number, report: Report): void =>
  report('plan.duplicate-key', offset, `expected each key once, got ${shown(key)} again`);

export const reportBigNumber = (source: string, offset: number, report: Report): void =>
  report('plan.big-number', offset, bigNumberProblem(source));
