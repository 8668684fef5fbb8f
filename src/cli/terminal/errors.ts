// How an error ends a command: its exit code, and the lines that are printed. Errors are recognized by name, so that the modules of
// their classes need not be loaded.
import { ProblemsError } from '../../domain/problems-error.js';
import { defined } from '../../domain/json/defined.js';
import type { Problem } from '../../domain/problem.js';
import { visibleName } from '../../domain/text/visible.js';
import { GrpcStatus } from '../../temporal/grpc.js';
import type { ExitCode, Io } from './io.js';
import { noteTroubleshooting } from './troubleshooting.js';

/** The command line cannot be used. One line for each problem. */
export class UsageError extends ProblemsError {
  override readonly name = 'UsageError';
}

/** Problems of fields as problems of the options of the same names. */
export const asOptions = (problems: readonly string[]): string[] =>
  problems.map((problem) => `--${problem.replace(/^correlationId/, 'correlation-id')}`);

export const NO_CONFIG = 'there is no baton.config.ts, .js or .yaml here; name a configuration with --config';

/** The user has left before the end of the run. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

const EXITS: ReadonlyMap<string, ExitCode> = new Map<string, ExitCode>([
  ['UsageError', 2],
  ['ConfigError', 2],
  ['AgentDefinitionError', 2],
  ['PoolDefinitionError', 2],
  ['WebhookDefinitionError', 2],
  ['BrokerSettingsError', 2],
  ['ListenError', 2],
  ['EncryptionKeyError', 2],
  ['DecryptionError', 2],
  ['DeploymentError', 2],
  ['InvalidPlanError', 2],
  ['InvalidInputError', 2],
  ['RunNotFoundError', 2],
  ['RefusedError', 2],
  ['NoWorkerError', 2],
  ['WorkerBusyError', 2],
  ['AnswerFailedError', 3],
  ['RunLostError', 1],
  ['InterruptedError', 1],
  ['ServerUnreachableError', 3],
  ['StorageUnavailableError', 3],
  ['ValueNotStoredError', 3],
  ['ValueLostError', 1],
  // Errors of the SDK after its last retry of a call.
  ['ServiceError', 3],
  ['TransportError', 3],
]);

/** `--json` prints these classes without the suffix: scripts rely on these words. */
const PRINTED_TYPES: ReadonlyMap<string, string> = new Map(
  ['RunNotFound', 'Refused', 'NoWorker', 'RunLost', 'Interrupted', 'ServerUnreachable'].map((type) => [
    `${type}Error`,
    type,
  ]),
);

/** One problem in the output of `--json`: a problem of a plan has a code and a path. */
type PrintedProblem = Pick<Problem, 'message'> & Partial<Problem>;

interface ErrorReport {
  readonly exit: ExitCode;
  readonly type: string;
  readonly message: string;
  readonly problems: readonly PrintedProblem[];
  /** For people; no line has a line break. */
  readonly lines: readonly string[];
}

function reportOf(error: unknown): ErrorReport {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const exit = EXITS.get(name) ?? exitOfGrpc(error);
  const isSystem = isSystemError(error);
  // The message of a system error has one line, with the name of a file, which may have line breaks.
  const lines = isSystem ? [visibleName(message)] : linesOf(message);
  const expected = exit !== undefined || isSystem;
  return {
    exit: exit ?? 2,
    type: expected ? (PRINTED_TYPES.get(name) ?? name) : 'InternalError',
    message,
    problems: problemsIn(error) ?? lines.map((line) => ({ message: line })),
    lines: expected ? withReason(error, lines) : [`unexpected: ${name}: ${lines[0] ?? ''}`, ...lines.slice(1)],
  };
}

/** An error of one of several runs, on one line. */
export function errorSummary(error: unknown): { type: string; message: string } {
  const { type, message, lines } = reportOf(error);
  return { type, message: lines[0] ?? message };
}

/** Prints an error on stderr, and with `--json` as a document on stdout, too. Returns the exit code. */
export function printError(io: Io, error: unknown, { json, verbose }: { json: boolean; verbose: boolean }): ExitCode {
  const { exit, type, message, problems, lines } = reportOf(error);
  const paint = io.colours(io.stderr);
  const label = exit === 1 ? '' : `${paint.red('error:')} `;
  lines.forEach((line, index) => io.note(index > 0 && line.startsWith(' ') ? line : `${label}${line}`));
  if (io.serverLine !== undefined && io.serverLine !== io.notedServer && type !== 'Interrupted') io.note(io.serverLine);
  noteTroubleshooting(
    io,
    problems.flatMap(({ code }) => (code === undefined ? [] : [code])),
  );
  if (verbose && error instanceof Error && error.stack !== undefined) io.note(paint.dim(error.stack));
  if (json)
    io.printJson({
      error: { type, message, problems, ...(type === 'Interrupted' ? {} : defined({ server: io.server })) },
    });
  return exit;
}

const linesOf = (message: string): string[] => message.split('\n').filter((line) => line.trim() !== '');

/** The message of a ServiceError only reports that a call failed; its cause has the reason. */
function withReason(error: unknown, lines: string[]): string[] {
  const cause = error instanceof Error && error.name === 'ServiceError' ? error.cause : undefined;
  return cause instanceof Error
    ? [`the server does not answer: ${linesOf(cause.message)[0] ?? lines[0] ?? ''}`]
    : lines;
}

/** The server does not answer. */
const UNREACHABLE: readonly number[] = [GrpcStatus.DEADLINE_EXCEEDED, GrpcStatus.UNAVAILABLE];

/** Calls that do not go through the SDK's Workflow client throw gRPC's own errors. */
function exitOfGrpc(error: unknown): ExitCode | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('details' in error)) return undefined;
  return typeof error.code !== 'number' ? undefined : UNREACHABLE.includes(error.code) ? 3 : 2;
}

/** `EACCES` and similar errors have causes outside Baton: they are not internal errors. */
const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);

function problemsIn(error: unknown): PrintedProblem[] | undefined {
  if (!(error instanceof Error)) return undefined;
  const found = 'problems' in error ? error.problems : 'tried' in error ? error.tried : undefined;
  if (!Array.isArray(found)) return undefined;
  return found.flatMap((one: unknown): PrintedProblem[] => {
    if (typeof one === 'string') return [{ message: one }];
    return isProblem(one) ? [one] : [];
  });
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
