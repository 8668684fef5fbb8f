// `baton gateway` and brokers that want TLS and credentials. Their certificate is signed by itself: a process trusts it if
// NODE_EXTRA_CA_CERTS names it.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openBroker } from '../../src/events/open-broker.js';
import { makeCliDirectory, type CliDirectory, type Running } from '../support/baton.js';
import { receiving, textMessage, uniqueName } from '../support/brokers.js';
import { buildCli } from '../support/built-cli.js';
import { PASSWORD, secureSystem, USER, type SecureSystem } from '../support/secure-systems.js';
import { urlOf, withSystem } from '../support/systems.js';
import { useWorkers } from '../support/workers.js';

const WRONG = 'hunter2secret';
/** Kafka's password is in it. */
const VARIABLE = 'SHOP_PASSWORD';
const SLOW = { timeout: 60_000 };

const SECRETS = { readSecret: (): Promise<string> => Promise.resolve(PASSWORD) };

const urlWith = (protocol: string) => (port: number, password: string) => ({
  url: `${protocol}://${USER}:${password}@127.0.0.1:${port}`,
});

const KINDS = [
  {
    kind: 'redis',
    place: 'stream',
    secure: urlWith('rediss'),
    plain: (url: string) => ({ url }),
    refusal: 'WRONGPASS',
  },
  {
    ...{ kind: 'rabbitmq', place: 'queue', secure: urlWith('amqps'), plain: (url: string) => ({ url }) },
    refusal: 'ACCESS_REFUSED',
  },
  {
    ...{ kind: 'kafka', place: 'topic', plain: (url: string) => ({ bootstrapServers: [url] }) },
    secure: (port: number, _: string) => ({
      ...{ bootstrapServers: [`127.0.0.1:${port}`], tls: true },
      sasl: { mechanism: 'PLAIN', username: USER, password: { env: VARIABLE } },
    }),
    refusal: 'SASL authentication failed',
  },
] as const;

describe.each(KINDS)('$kind', ({ kind, place, secure, plain, refusal }) => {
  describe.skipIf(urlOf(kind) === undefined)(withSystem(kind, 'TLS and credentials'), () => {
    const workers = useWorkers();
    let system: SecureSystem;
    beforeAll(async () => {
      [system] = await Promise.all([secureSystem(kind), buildCli()]);
    });
    afterAll(() => system?.remove());

    const configured = async (name: string, password: string): Promise<CliDirectory> => {
      const directory = await makeCliDirectory();
      onTestFinished(() => directory.remove());
      // Processes that this one starts have it, too.
      process.env['NODE_EXTRA_CA_CERTS'] = system.cert;
      process.env[VARIABLE] = password;
      onTestFinished(() => {
        delete process.env['NODE_EXTRA_CA_CERTS'];
        delete process.env[VARIABLE];
      });
      await directory.write('plan.json', { name: 'order', tasks: { wait: { event: 'paid' } } });
      await directory.write('baton.config.yaml', {
        ...{ agents: [], taskQueue: name, server: { address: workers.env.address } },
        brokers: [{ name: 'b', kind, ...secure(system.securePort, password) }],
        subscriptions: [
          { name, from: { broker: 'b', [place]: name }, start: { plan: './plan.json', run: '{% $event.data.id %}' } },
        ],
      });
      return directory;
    };
    const end = async (gateway: Running): Promise<string> => {
      gateway.signal('SIGTERM');
      return (await gateway.ended).stderr;
    };

    test('the right password over TLS: an event starts its run', async () => {
      const name = uniqueName('orders');
      const broker = await openBroker({ name: 'b', kind, ...plain(system.plainUrl) } as never, SECRETS);
      onTestFinished(() => broker.close());
      await broker.publish(name, textMessage('1', `{"id":"${name}-1"}`, { contentType: 'application/json' }));
      const gateway = (await configured(name, PASSWORD)).spawn('gateway');
      const status = () =>
        workers.env.client.workflow
          .getHandle(`${name}-1`)
          .describe()
          .then((run) => run.status.name)
          .catch(() => undefined);
      await expect.poll(status, SLOW).toBe('RUNNING');
      expect(await end(gateway)).not.toContain(PASSWORD);
    });

    test('a wrong password is refused with the address, without the password and without a stack trace', async () => {
      const gateway = (await configured(uniqueName('orders'), WRONG)).spawn('gateway');
      const line = await gateway.waitForLine('trying again');
      expect(line).toContain(refusal);
      expect(line).toContain(`127.0.0.1:${system.securePort}`);
      const shown = await end(gateway);
      expect(shown).not.toContain(WRONG);
      expect(shown).not.toMatch(/^\s+at /m);
    });

    test('a certificate that the process does not trust is refused with the reason', async () => {
      const broker = await openBroker({ name: 'b', kind, ...secure(system.securePort, PASSWORD) } as never, SECRETS);
      const got = receiving(broker, uniqueName('orders'));
      await expect.poll(() => got.troubles.at(0)?.message, SLOW).toMatch(/self-signed certificate/);
      expect(got.troubles[0]?.message).toContain(`127.0.0.1:${system.securePort}`);
      expect(got.troubles[0]?.message).not.toContain(PASSWORD);
      await got.stop();
      await broker.close();
    });
  });
});
