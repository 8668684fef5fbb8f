// What one would write on Temporal by hand for each shape: nothing that the work does not need.
import { proxyActivities } from '@temporalio/workflow';

interface Echo {
  echo(input: unknown): Promise<unknown>;
}

const { echo } = proxyActivities<Echo>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '30s',
  retry: { maximumAttempts: 4, initialInterval: '1s', maximumInterval: '1m' },
});

export async function chainByHand(length: number): Promise<unknown> {
  let last: unknown = {};
  for (let i = 0; i < length; i++) last = await echo({ last });
  return last;
}

export async function fanOutByHand(width: number): Promise<unknown> {
  const first = await echo({});
  const all = await Promise.all(Array.from({ length: width }, () => echo({ first })));
  return await echo({ count: all.length });
}

export async function layersByHand({ layers, width }: { layers: number; width: number }): Promise<unknown> {
  let last: unknown = {};
  for (let layer = 0; layer < layers; layer++) {
    const done = await Promise.all(Array.from({ length: width }, () => echo({ last })));
    last = done.length;
  }
  return last;
}

export async function diamondByHand(): Promise<unknown> {
  const a = await echo({});
  const [b, c] = await Promise.all([echo({ a }), echo({ a })]);
  return await echo({ b, c });
}
