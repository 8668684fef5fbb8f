import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { bundledScript } from '../support/bundled-script.js';

const hold = fileURLToPath(new URL('hold.ts', import.meta.url));

export interface OtherProcess {
  readonly address: string;
  /** Has it give the server back and end. */
  release(): Promise<void>;
  /** SIGKILL: it gives nothing back. */
  kill(): Promise<void>;
}

/** Another process that uses the server of this directory. */
export async function holdServer(directory: string): Promise<OtherProcess> {
  const child = execa(process.execPath, [await bundledScript(hold), directory], {
    stdin: 'pipe',
    reject: false,
    buffer: false,
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
  const lines = createInterface({ input: child.stdout });
  const [address] = (await Promise.race([once(lines, 'line'), child.then(() => [])])) as string[];
  if (address === undefined) throw new Error('the other process ended without a server');
  return {
    address,
    release: async () => {
      child.stdin.end();
      const { exitCode } = await child;
      if (exitCode !== 0) throw new Error(`the other process ended with ${String(exitCode)}`);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await child;
    },
  };
}
