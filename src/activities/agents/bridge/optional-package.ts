// The clients of other systems are optional packages: each is loaded when an agent that needs it is first called.
import { loadOptional } from '../../../system/optional-package.js';
import { AgentError } from '../../errors/agent-error.js';

/** `install` is what to install, with its major version. Throws `AgentRefused`. */
export const loadPackage = <T>(kind: string, install: string, load: () => Promise<T>): Promise<T> =>
  loadOptional(
    install,
    load,
    (advice, options) => new AgentError(`agents of the kind ${kind} ${advice}`, { type: 'AgentRefused', ...options }),
  );
