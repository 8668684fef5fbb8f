// How an error ends a command: the one table of exit codes, and what is printed. Errors are known by name, not by class, so
// that the classes need not be loaded.
import type { Problem } from '../domain/problem.js';
import type { ExitCode, Io } from './io.js';

/** What was typed cannot be used. One line for each problem. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** The one at the keyboard has left before the end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const EXITS: ReadonlyMap<string, ExitCode> = new Map<string, ExitCode>([
  ['UsageError', 2],
  ['ConfigError', 2],
  ['AgentDefinitionError', 2],
  ['PoolDefinitionError', 2],
  ['InvalidPlanError', 2],
  ['InvalidInputError', 2],
  ['RunNotFound', 2],
  ['Refused', 2],
  ['NoWorker', 2],
  ['RunLost', 1],
  ['Interrupted', 1],
  ['ServerUnreachable', 3],
  // What the SDK throws once it has given up repeating a call.
  ['ServiceError', 3],
  ['TransportError', 3],
]);

/** One problem, for programs: a plan's has a code and a path. */
type Said = Pick<Problem, 'message'> & Partial<Problem>;

interface Refusal {
  readonly exit: ExitCode;
  readonly type: string;
  readonly message: string;
  readonly problems: readonly Said[];
  /** For people, without line breaks. */
  readonly lines: readonly string[];
}

function refusalOf(error: unknown): Refusal {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const exit = EXITS.get(name) ?? exitOfGrpc(error);
  const lines = linesOf(message);
  const expected = exit !== undefined || isSystemError(error);
  return {
    exit: exit ?? 2,
    type: expected ? name : 'InternalError',
    message,
    problems: problemsIn(error) ?? lines.map((line) => ({ message: line })),
    lines: expected ? withReason(error, lines) : [`unexpected: ${name}: ${lines[0] ?? ''}`, ...lines.slice(1)],
  };
}

/** Says on stderr, and with `--json` as a document on stdout too, why nothing came of it. */
export function refuse(io: Io, error: unknown, { json, verbose }: { json: boolean; verbose: boolean }): ExitCode {
  const { exit, type, message, problems, lines } = refusalOf(error);
  const paint = io.colours(io.stderr);
  const label = exit === 1 ? '' : `${paint.red('error:')} `;
  lines.forEach((line, index) => io.note(index > 0 && line.startsWith(' ') ? line : `${label}${line}`));
  if (verbose && error instanceof Error && error.stack !== undefined) io.note(paint.dim(error.stack));
  if (json) io.printJson({ error: { type, message, problems } });
  return exit;
}

const linesOf = (message: string): string[] => message.split('\n').filter((line) => line.trim() !== '');

/** "Failed to connect" is not enough: the cause knows why. */
function withReason(error: unknown, lines: string[]): string[] {
  const cause = error instanceof Error && error.name === 'ServiceError' ? error.cause : undefined;
  return cause instanceof Error
    ? [`the server does not answer: ${linesOf(cause.message)[0] ?? lines[0] ?? ''}`]
    : lines;
}

/** gRPC's numbers for a server that does not answer. */
const AWAY: readonly unknown[] = [4, 14];

/** What is not called through the SDK's Workflow client throws gRPC's own errors. */
function exitOfGrpc(error: unknown): ExitCode | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('details' in error)) return undefined;
  return typeof error.code !== 'number' ? undefined : AWAY.includes(error.code) ? 3 : 2;
}

/** `EACCES` and the like: of the world, not of Baton. */
const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);

function problemsIn(error: unknown): Said[] | undefined {
  if (!(error instanceof Error)) return undefined;
  const found = 'problems' in error ? error.problems : 'tried' in error ? error.tried : undefined;
  if (!Array.isArray(found)) return undefined;
  return found.flatMap((one: unknown): Said[] => {
    if (typeof one === 'string') return [{ message: one }];
    return isProblem(one) ? [one] : [];
  });
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
