import { ProblemsError } from '../domain/problems-error.js';

/** A configuration that cannot be used: one line for each problem, each naming the file. */
export class ConfigError extends ProblemsError {
  override readonly name = 'ConfigError';
}
