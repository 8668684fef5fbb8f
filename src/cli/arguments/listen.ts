// HOST:PORT to listen on.
import { UsageError } from '../terminal/errors.js';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

const FORM = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^:\s[\]]+)):(?<port>\d{1,5})$/;
const MAX_PORT = 65_535;

/** Throws UsageError. */
export function parseListen(text: string): ListenAddress {
  const { v6, host = v6, port } = FORM.exec(text)?.groups ?? {};
  if (host !== undefined && Number(port) <= MAX_PORT) return { host, port: Number(port) };
  throw new UsageError([`--listen: expected HOST:PORT, as 127.0.0.1:8088 or [::1]:8088, got ${JSON.stringify(text)}`]);
}
