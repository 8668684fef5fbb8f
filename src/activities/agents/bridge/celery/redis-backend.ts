// Results in Redis: a key for each task, whose changes are also published on the channel of the same name.
import type { ResultBackend } from './broker.js';
import { openRedisLink } from './redis-link.js';
import { mostBytes, sightingOf } from './task-meta.js';
import type { Sighting } from '../job-system.js';

/** As long as Celery keeps results by default. */
const EXPIRES_S = 24 * 3600;

const keyOf = (id: string): string => `celery-task-meta-${id}`;

const sentKey = (id: string): string => `baton-celery-sent:${id}`;

export async function openRedisBackend(url: URL, maxBytes: number): Promise<ResultBackend> {
  const where = `the results of Celery on ${url.protocol}//${url.host}${url.pathname}`;
  const [link, listener] = await Promise.all([openRedisLink(url.href, where), openRedisLink(url.href, where)]);
  let subscribed: string | undefined;
  let onChange: () => void = () => undefined;
  let current: Sighting = { state: 'queued' };
  /** Whether the task may have changed since it was read. */
  let isStale = true;
  const read = async (id: string): Promise<Sighting> => {
    // Never more than is accepted, whatever the task has answered.
    const text = await link.use((redis) => redis.getRange(keyOf(id), 0, mostBytes(maxBytes)));
    return text === null || text === '' ? { state: 'queued' } : sightingOf(where, text, maxBytes);
  };
  const last = new Map<string, string>();
  /** True if it is worth telling: it has ended, or it has changed. */
  const isNews = (id: string, sighting: Sighting): boolean => {
    const now = JSON.stringify(sighting);
    const isNew = last.get(id) !== now;
    last.set(id, now);
    return isNew;
  };
  return {
    async look(id, { signal, waitMs }) {
      const until = performance.now() + waitMs;
      for (;;) {
        signal.throwIfAborted();
        let wake: () => void = () => undefined;
        const changed = new Promise<void>((resolve) => (wake = resolve));
        onChange = wake;
        // First listen, then read: what changes between is not missed.
        if (subscribed !== id) {
          await listener.use((redis) =>
            redis.subscribe(keyOf(id), () => {
              isStale = true;
              onChange();
            }),
          );
          subscribed = id;
          isStale = true;
        }
        const leftMs = until - performance.now();
        // At the end also without news: on a lost connection, a change may have been published unseen.
        if (isStale || leftMs <= 0) {
          isStale = false;
          current = await read(id);
        }
        if (isNews(id, current) || leftMs <= 0) return current;
        const timer = setTimeout(wake, leftMs);
        signal.addEventListener('abort', wake, { once: true });
        await changed;
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
      }
    },
    replyTo: () => Promise.resolve(''),
    isSent: async (id) => (await link.use((redis) => redis.exists([keyOf(id), sentKey(id)]))) > 0,
    noteSent: (id) => link.use(async (redis) => void (await redis.set(sentKey(id), '1', { EX: EXPIRES_S }))),
    async withdraw(id) {
      const result = { exc_type: 'TaskRevokedError', exc_message: ['withdrawn'], exc_module: 'celery.exceptions' };
      const meta = { status: 'REVOKED', result, traceback: null, children: [], date_done: null, task_id: id };
      await link.use((redis) => redis.set(keyOf(id), JSON.stringify(meta), { EX: EXPIRES_S }));
    },
    close() {
      link.close();
      listener.close();
      return Promise.resolve();
    },
  };
}
