// The clients of other systems are optional packages: each is loaded when an agent that needs it is first called.
import { systemCodeOf } from '../../../system/system-error.js';
import { AgentError } from '../../errors/agent-error.js';

/** `install` is what to install, with its major version. Throws `AgentRefused`. */
export async function loadPackage<T>(kind: string, install: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    const name = install.slice(0, install.lastIndexOf('@'));
    const message = `agents of the kind ${kind} need the package "${name}", which is not installed: npm install ${install}`;
    throw new AgentError(message, { type: 'AgentRefused', cause: error });
  }
}
