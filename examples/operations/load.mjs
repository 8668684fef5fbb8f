// The runs and messages that are started every second. What goes wrong adds to the ordinary load.
import { join } from 'node:path';

/** Messages behind the one that cannot be processed; BatonSubscriptionLag fires above 1,000. */
const MESSAGES = 1_200;

export function createLoad(baton, redis, plans) {
  const bookings = [];
  const start = async (name, options) => await baton.start(join(plans, `${name}.yaml`), options);
  const order = () => start('order', { input: { item: 'lamp' } });
  return {
    order,
    /** A day of ordinary traffic, in seconds: what is slow is judged by it. */
    day: async () => await (await start('catalogue')).result(),
    /** `at`: seconds since the phase began. */
    async usual(at) {
      await order();
      if (at % 2 === 0) await start('mail');
      if (at % 5 === 0) await start('booking');
      if (at % 20 === 0) await start('poster');
      if (at % 3 === 0) await start('report');
    },
    async troubled(at) {
      await Promise.all([order(), order()]);
      if (at % 2 === 0) await start('mail');
      // Three bookings whose money cannot be given back.
      if (at < 3) bookings.push(await start('booking'));
      // More posters than one licence draws.
      if (at < 4 || at % 7 === 0) await start('poster');
      // More and more reports, for which there is no worker; 200 in the first 14 seconds.
      if (at < 14 || at % 3 === 0) await start('report');
    },
    /** An order without an item, and what the same customer did after it. */
    async poison() {
      const attributes = { specversion: '1.0', source: 'shop', partitionkey: 'customer-7' };
      await redis.xAdd('orders', '*', { ...attributes, id: 'bad', type: 'order.created', data: '{}' });
      const looks = Array.from({ length: MESSAGES }, (_, at) =>
        redis.xAdd('orders', '*', { ...attributes, id: `look-${at}`, type: 'order.viewed', data: '{}' }),
      );
      await Promise.all(looks);
    },
    /** What an operator does about debt: `baton compensate RUN`. */
    async payDebts() {
      for (const booking of bookings) await (await baton.compensate(booking.id)).result();
    },
  };
}
