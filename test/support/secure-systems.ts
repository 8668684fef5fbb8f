// Brokers with TLS and credentials, for tests: those of scripts/systems with a second listener. Their certificate is signed by itself.
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { kafka } from '../../scripts/systems/kafka.js';
import { start, stop } from '../../scripts/systems/lifecycle.js';
import { rabbitmq } from '../../scripts/systems/rabbitmq.js';
import { redis } from '../../scripts/systems/redis.js';
import type { System } from '../../scripts/systems/system.js';

export const USER = 'baton';
export const PASSWORD = 'right-password';

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Adds the listener to what the system starts with. `port` is the last of its ports. */
type Secure = (
  parts: Certificate & { readonly directory: string; readonly port: number },
) => Promise<readonly string[]>;

const secured: Record<string, readonly [system: System, secure: Secure]> = {
  redis: [
    redis,
    ({ cert, key, port }) =>
      Promise.resolve([
        ...['--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert],
        ...['--tls-auth-clients', 'no', '--user', USER, 'on', `>${PASSWORD}`, '~*', '&*', '+@all'],
      ]),
  ],
  rabbitmq: [
    rabbitmq,
    async ({ cert, key, port, directory }) => {
      await appendFile(
        join(directory, 'rabbitmq.conf'),
        [
          `listeners.ssl.default = 127.0.0.1:${port}`,
          ...[`ssl_options.cacertfile = ${cert}`, `ssl_options.certfile = ${cert}`, `ssl_options.keyfile = ${key}`],
          ...['ssl_options.verify = verify_none', 'ssl_options.fail_if_no_peer_cert = false'],
          ...[`default_user = ${USER}`, `default_pass = ${PASSWORD}`, ''],
        ].join('\n'),
      );
      return [];
    },
  ],
  kafka: [
    kafka,
    async ({ cert, key, port, directory }) => {
      const file = join(directory, 'kafka.properties');
      const settings = await readFile(file, 'utf8');
      const extended = (name: string, more: string) =>
        settings.split('\n').find((line) => line.startsWith(`${name}=`))! + more;
      const oneLine = async (path: string) => (await readFile(path, 'utf8')).trim().replaceAll('\n', '\\n');
      const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
      // The last value of a name holds.
      await appendFile(
        file,
        [
          extended('listeners', `,SECURE://127.0.0.1:${port}`),
          extended('advertised.listeners', `,SECURE://127.0.0.1:${port}`),
          extended('listener.security.protocol.map', ',SECURE:SASL_SSL'),
          ...['ssl.keystore.type=PEM', `ssl.keystore.certificate.chain=${await oneLine(cert)}`],
          ...[`ssl.keystore.key=${await oneLine(key)}`, 'sasl.enabled.mechanisms=PLAIN'],
          `listener.name.secure.plain.sasl.jaas.config=${login} user_${USER}="${PASSWORD}";`,
          '',
        ].join('\n'),
      );
      return [];
    },
  ],
};

export interface SecureSystem {
  /** Without TLS: for the test itself. */
  readonly plainUrl: string;
  /** Where it accepts TLS, with USER and PASSWORD. */
  readonly securePort: number;
  /** A file for NODE_EXTRA_CA_CERTS: with it, a process trusts the certificate. */
  readonly cert: string;
  remove(): Promise<void>;
}

export async function secureSystem(kind: string): Promise<SecureSystem> {
  const [system, secure] = secured[kind]!;
  const directory = await mkdtemp(join(tmpdir(), `baton-secure-${kind}-`));
  const certificate = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const out = ['-keyout', certificate.key, '-out', certificate.cert];
  await execa('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...out]);
  const prepare: System['prepare'] = async (at, ports) => {
    const programs = await system.prepare(at, ports);
    const args = await secure({ ...certificate, directory: at, port: ports.at(-1)! });
    return programs.map((one) => ({ ...one, args: [...one.args, ...args] }));
  };
  const running = await start({ ...system, ports: system.ports + 1, prepare }, join(directory, 'system'));
  return {
    // RabbitMQ creates this user instead of the one that it otherwise has.
    plainUrl: running.url.replace('guest:guest', `${USER}:${PASSWORD}`),
    securePort: running.ports.at(-1)!,
    cert: certificate.cert,
    async remove() {
      await stop(running, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
