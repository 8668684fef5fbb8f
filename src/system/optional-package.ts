// Optional packages: each is loaded when something that needs it is first used.
import { systemCodeOf } from './system-error.js';

/** `install` is what to install: the package with its major version. If it is not installed, throws what `missing` makes of the advice. */
export async function loadOptional<T>(
  install: string,
  load: () => Promise<T>,
  missing: (advice: string, options: { readonly cause: unknown }) => Error,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    const name = install.slice(0, install.lastIndexOf('@'));
    throw missing(`need the package "${name}", which is not installed: npm install ${install}`, { cause: error });
  }
}
