// A limit on how long one request to another system may take, whether or not its client observes the signal.
import { unlessAborted } from '../../../system/until-aborted.js';
import { AgentError } from '../../errors/agent-error.js';

/** The answer to the request. Throws a `NoAnswer` if none came in time; `what` begins its message: `Airflow at … did not accept the job`. */
export async function within<T>(ms: number, what: string, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  try {
    return await unlessAborted(signal, request(signal));
  } catch (error) {
    if (error instanceof AgentError || !signal.aborted) throw error;
    throw new AgentError(`${what} within ${ms / 1000} s`, { type: 'NoAnswer', cause: error });
  }
}
