// RabbitMQ as the broker of Celery. It cannot know whether a task was sent, so a mark follows the task: in the queue for its results, or in the
// result backend. A worker of Baton that dies between the two sends the task again under the same id: the Python package of Baton has a base
// class for tasks that runs an id once.
import { once } from 'node:events';
import { AgentError } from '../../../errors/agent-error.js';
import { openAmqpLink } from './amqp-link.js';
import { SENT, type Broker } from './broker.js';
import { revokeMessage } from './message.js';

const PIDBOX = 'celery.pidbox';

export function openAmqpBroker(url: URL, queue: string): Broker {
  const where = `Celery on ${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  const link = openAmqpLink(url, where);
  return {
    where,
    async send({ id, message, replyTo }) {
      let isReturned = false;
      await link.use(async (channel) => {
        const onReturn = () => void (isReturned = true);
        channel.once('return', onReturn);
        const { headers, body } = message;
        channel.publish('', queue, body, {
          ...{ contentType: 'application/json', contentEncoding: 'utf-8', deliveryMode: 2, mandatory: true },
          ...{ correlationId: id, replyTo, headers },
        });
        if (replyTo !== '')
          channel.publish('', replyTo, Buffer.from(JSON.stringify({ status: SENT })), { deliveryMode: 2 });
        await channel.waitForConfirms();
        channel.off('return', onReturn);
      });
      if (!isReturned) return;
      const hint = 'start a worker of Celery that has this queue, or correct queue';
      throw new AgentError(`${where}: there is no queue ${JSON.stringify(queue)}; ${hint}`, { type: 'AgentFailed' });
    },
    isSent: () => Promise.resolve(undefined),
    async revoke(id) {
      await link.use(async (channel) => {
        channel.publish(PIDBOX, '', revokeMessage(id), {
          ...{ contentType: 'application/json', contentEncoding: 'utf-8', headers: { clock: 1, expires: null } },
        });
        await Promise.race([channel.waitForConfirms(), once(channel, 'close')]);
      });
      return 'requested';
    },
    close: link.close,
  };
}
