// The name of the person who answers.
import { userInfo } from 'node:os';

/** `undefined` if the process belongs to a user without a name, as in some containers. */
export function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
