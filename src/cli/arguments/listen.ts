// HOST:PORT to listen on.
import { Option, type Command } from 'commander';
import { readListen, type ListenAddress } from '../../system/listen.js';
import { UsageError } from '../terminal/errors.js';

export type { ListenAddress };

/** Throws UsageError. */
export function parseListen(text: string): ListenAddress {
  const address = readListen(text);
  if (address !== undefined) return address;
  throw new UsageError([`--listen: expected HOST:PORT, as 127.0.0.1:8088 or [::1]:8088, got ${JSON.stringify(text)}`]);
}

/** As a configuration has it. */
export const listenText = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Where a long-running command serves /metrics, /livez and /readyz. */
export const withListen = (command: Command): Command =>
  command.addOption(
    new Option(
      '--listen <host:port>',
      'serve metrics and health here; default: telemetry.listen of the configuration',
    ).argParser(parseListen),
  );
