// Single keys of a person at the terminal, without Enter.

export const KEYS = { interrupt: '\u0003', escape: '\u001B', enter: '\r' } as const;

/**
 * Calls `onKey` for each key until the returned function is called. Meanwhile the terminal sends Ctrl-C as a key, not as a signal. A key
 * that sends several characters, as an arrow does, is one text.
 */
export function readKeys(keyboard: NodeJS.ReadStream, onKey: (key: string) => void): () => void {
  const wasRaw = keyboard.isRaw;
  const read = (bytes: Buffer | string): void => onKey(bytes.toString());
  keyboard.setRawMode(true);
  keyboard.on('data', read).resume();
  return () => {
    keyboard.off('data', read).pause();
    keyboard.setRawMode(wasRaw);
  };
}
