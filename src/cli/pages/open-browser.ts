// Opens an address in the browser of the user. A machine without one is not an error: the address is printed, too.
import { execa } from 'execa';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', linux: 'xdg-open' };

/** `BROWSER` names another program, as for other tools. */
export function openBrowser(url: string, env: NodeJS.ProcessEnv): void {
  const program = env['BROWSER'] || OPENERS[process.platform];
  if (program === undefined) return;
  const opened = execa(program, [url], { detached: true, stdio: 'ignore', reject: false, cleanup: false });
  opened.unref();
  void opened.catch(() => undefined);
}
