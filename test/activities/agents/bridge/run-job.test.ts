// The driver of jobs, with a system in memory and a clock that does not wait. Each real system has tests of its own.
import { describe, expect, test } from 'vitest';
import { jobIn } from '../../../../src/domain/call/job.js';
import { AgentError } from '../../../../src/activities/errors/agent-error.js';
import { jobName } from '../../../../src/activities/agents/bridge/job-name.js';
import { attempt, memorySystem, shutdown, unreachable } from './memory-system.js';

const KEY = 'run-1/load';

describe('a job', () => {
  test('is submitted under a name that follows from the idempotency key, and its output is collected', async () => {
    const system = memorySystem([{ state: 'queued' }, { state: 'running' }, { state: 'succeeded' }], { collects: 42 });
    expect(await attempt(system, { key: KEY }).ended).toBe(42);
    expect([...system.jobs.keys()]).toEqual([jobName(KEY, 1)]);
    expect(jobName(KEY, 1)).toMatch(/^baton-run-1-load-[0-9a-f]{32}$/);
  });

  test('that takes thirty minutes costs fewer than 200 requests, with at least one question every 15 s', async () => {
    const system = memorySystem((at) => (at < 30 * 60_000 ? { state: 'running' } : { state: 'succeeded', output: 1 }));
    expect(await attempt(system).ended).toBe(1);
    expect(system.requests).toBeLessThan(200);
    const gaps = system.lookedAt.slice(1).map((at, i) => at - system.lookedAt[i]!);
    expect(Math.min(...gaps)).toBe(500);
    expect(Math.max(...gaps)).toBe(15_000);
  });

  test('that takes thirty minutes costs fewer than 200 requests as well if the system delays its answers until something changes', async () => {
    const system = memorySystem((at) => (at < 30 * 60_000 ? { state: 'running' } : { state: 'succeeded', output: 1 }));
    expect(await attempt(Object.assign(system, { reportsChanges: true, delaysLooks: true })).ended).toBe(1);
    expect(system.requests).toBeLessThan(200);
  });

  test('that reports a change each time it is asked is asked ten times a second, not more', async () => {
    const system = memorySystem((at) =>
      at < 60_000 ? { state: 'running', progress: Math.random() } : { state: 'succeeded', output: 1 },
    );
    expect(await attempt(Object.assign(system, { reportsChanges: true })).ended).toBe(1);
    expect(system.requests).toBeLessThan(610);
  });

  test('whose attempt was lost before it was recorded is found again by its name, and not started twice', async () => {
    const system = memorySystem([{ state: 'running' }, { state: 'running' }, { state: 'succeeded', output: 'done' }]);
    await system.submit(jobName(KEY, 1), {}, AbortSignal.timeout(1000));
    expect(await attempt(system, { key: KEY }).ended).toBe('done');
    expect(system.started).toBe(1);
  });

  test('that an earlier attempt has recorded is watched without a second submission', async () => {
    const system = memorySystem([{ state: 'running' }, { state: 'succeeded', output: 'done' }]);
    await system.submit('by-hand', {}, AbortSignal.timeout(1000));
    const lastProgress = { job: { id: 'by-hand' }, round: 1 };
    expect(await attempt(system, { lastProgress }).ended).toBe('done');
    expect(system.submissions).toBe(1);
  });

  test('shows its state, its progress, its page and what it waits for', async () => {
    const waits = { state: 'waiting', waitsFor: 'approve', link: 'https://jobs.example.com/1/approve' } as const;
    const system = memorySystem([
      { state: 'running', progress: { done: 3 } },
      waits,
      { state: 'succeeded', output: 1 },
    ]);
    const { ended, noted } = attempt(system);
    await ended;
    expect(noted.map(jobIn)).toEqual([
      expect.objectContaining({ link: `https://jobs.example.com/${jobName('run-1/a', 1)}` }),
      expect.objectContaining({ state: 'running', progress: { done: 3 } }),
      expect.objectContaining(waits),
    ]);
  });
});

describe('a job that fails', () => {
  const failing = () => memorySystem([{ state: 'failed', message: 'ValueError: no rows', details: { exitCode: 3 } }]);

  test('is a failure that can be retried, with the job, its page and what the system reports', async () => {
    const error = await attempt(failing()).ended.catch((one: unknown) => one);
    expect(error).toMatchObject({ type: 'AgentFailed', details: { details: { exitCode: 3 } } });
    expect(String(error)).toMatch(/memory: job baton-run-1-a-\w+ failed: ValueError: no rows \(https:/);
  });

  test('is followed by another job under another name in the next attempt', async () => {
    const system = failing();
    const first = attempt(system);
    await expect(first.ended).rejects.toThrow('no rows');
    system.plan = [{ state: 'succeeded', output: 'second' }];
    expect(await attempt(system, { lastProgress: first.noted.at(-1) }).ended).toBe('second');
    expect([...system.jobs.keys()]).toEqual([jobName('run-1/a', 1), jobName('run-1/a', 2)]);
  });

  test('and of which the system reports that a retry would not help is not retried', async () => {
    const system = memorySystem([{ state: 'failed', message: 'bad', retryable: false }]);
    await expect(attempt(system).ended).rejects.toMatchObject({ type: 'AgentRefused' });
  });

  test('because somebody cancelled it in the other system is not retried', async () => {
    const system = memorySystem([{ state: 'cancelled', message: 'by ops' }]);
    await expect(attempt(system).ended).rejects.toMatchObject({
      type: 'AgentRefused',
      message: expect.stringMatching(/was cancelled there, not by this run: by ops/) as string,
    });
  });

  test('because the system lost it may have done its work, and is not started again', async () => {
    const system = memorySystem([{ state: 'running' }, { state: 'lost' }]);
    await expect(attempt(system).ended).rejects.toMatchObject({
      type: 'JobLost',
      message: expect.stringMatching(/was accepted, and is not known there any more/) as string,
    });
  });
});

describe('a system that cannot be asked', () => {
  test('for a while does not fail the call', async () => {
    const system = memorySystem([{ state: 'running' }, { state: 'succeeded', output: 1 }]);
    system.failWith = (at) => (at > 1000 && at < 5 * 60_000 ? unreachable() : undefined);
    expect(await attempt(system).ended).toBe(1);
    expect(system.started).toBe(1);
  });

  test('for ten minutes fails the attempt, and the next one attaches to the same job', async () => {
    const system = memorySystem([{ state: 'running' }]);
    let isDown = true;
    system.failWith = (at) => (at > 1000 && isDown ? unreachable() : undefined);
    const first = attempt(system);
    await expect(first.ended).rejects.toMatchObject({ type: 'Unreachable' });
    isDown = false;
    system.plan = [{ state: 'succeeded', output: 'late' }];
    expect(await attempt(system, { lastProgress: first.noted.at(-1) }).ended).toBe('late');
    expect(system.started).toBe(1);
  });

  test('when a job is submitted fails the attempt, with the address', async () => {
    const system = memorySystem([{ state: 'running' }]);
    system.failWith = unreachable;
    await expect(attempt(system).ended).rejects.toThrow('memory could not be reached');
  });

  test('because it refuses fails the call immediately', async () => {
    const system = memorySystem([{ state: 'running' }]);
    system.failWith = (at) => (at > 0 ? new AgentError('memory answered 403', { type: 'AgentRefused' }) : undefined);
    await expect(attempt(system).ended).rejects.toThrow('403');
    expect(system.requests).toBe(3);
  });
});

describe('a call that ends early', () => {
  const cancelled = () => new AgentError('cancelled', { type: 'Cancelled' });

  test('ends its job, and waits until it has ended', async () => {
    const system = memorySystem([{ state: 'running' }], { endsAfterLooks: 3 });
    const one = attempt(system, { abortAfterMs: 2_000, reason: cancelled() });
    await expect(one.ended).rejects.toThrow('cancelled');
    expect(system.cancels).toEqual([jobName('run-1/a', 1)]);
    expect(one.noted.at(-1)).toMatchObject({ ended: true });
  });

  test('while its submission is on the way ends the job that was started', async () => {
    const system = memorySystem([{ state: 'running' }]);
    const one = attempt(system, { abortOnSubmit: true, reason: cancelled() });
    await expect(one.ended).rejects.toThrow('cancelled');
    expect(system.cancels).toHaveLength(1);
  });

  test('while its submission was not confirmed finds the job by its name and ends it', async () => {
    const system = memorySystem([{ state: 'running' }]);
    system.losesSubmission = true;
    const one = attempt(system, { abortOnSubmit: true, reason: cancelled() });
    await expect(one.ended).rejects.toThrow();
    expect(system.cancels).toEqual([jobName('run-1/a', 1)]);
  });

  test('because its worker shuts down leaves the job alone', async () => {
    const system = memorySystem([{ state: 'running' }]);
    const one = attempt(system, { abortAfterMs: 2_000, reason: shutdown() });
    await expect(one.ended).rejects.toThrow();
    expect(system.cancels).toEqual([]);
    expect(one.noted.at(-1)).not.toHaveProperty('ended');
  });

  test('because of its timeout, with a job that does not end, ends it in the next attempt before another job starts', async () => {
    const system = memorySystem([{ state: 'running' }], { endsAfterLooks: Infinity });
    const first = attempt(system, { abortAfterMs: 2_000, reason: new AgentError('late', { type: 'Timeout' }) });
    await expect(first.ended).rejects.toThrow('late');
    expect(first.warned.join()).toMatch(/has not ended yet/);
    system.endsAfterLooks = 1;
    system.plan = [{ state: 'succeeded', output: 'second' }];
    expect(await attempt(system, { lastProgress: first.noted.at(-1) }).ended).toBe('second');
    expect(system.events).toEqual(['start 1', 'cancel 1', 'cancel 1', 'ended 1', 'start 2']);
  });
});

test('a name has at most 80 characters, whatever the key, and differs with the round', () => {
  for (const key of ['', 'ä/ö', `${'x'.repeat(900)}/y`, 'a/b', 'a-b']) {
    const name = jobName(key, 1);
    expect(name).toMatch(/^baton-[A-Za-z0-9-]{1,74}$/);
    expect(name).not.toBe(jobName(key, 2));
  }
  expect(jobName('a/b', 1)).not.toBe(jobName('a-b', 1));
});
