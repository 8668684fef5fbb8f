import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bearerToken, signatureOf } from '../../../src/events/webhook/signature.js';

const NOW_S = 1_614_265_330;

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: NOW_S * 1_000 }));
afterEach(() => void vi.useRealTimers());

describe('github', () => {
  // The example of GitHub's documentation.
  const verify = signatureOf('github', "It's a Secret to Everybody");
  const body = Buffer.from('Hello, World!');
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  test.each([
    ['the right signature', { 'x-hub-signature-256': signature }, undefined],
    ['another signature', { 'x-hub-signature-256': signature.replace('7', '8') }, 'the signature is wrong'],
    ['no signature', {}, 'expected the header X-Hub-Signature-256'],
    ['an empty signature', { 'x-hub-signature-256': '' }, 'the signature is wrong'],
    ['the signature by SHA-1', { 'x-hub-signature': 'sha1=1' }, 'expected the header X-Hub-Signature-256'],
  ])('%s', (_, headers: Record<string, string>, expected) => {
    expect(verify(headers, body)).toBe(expected);
  });

  test('another body is refused, also one that differs only in bytes that are not UTF-8', () => {
    const signed = (bytes: Buffer) => ({
      'x-hub-signature-256': `sha256=${createHmac('sha256', 's').update(bytes).digest('hex')}`,
    });
    const check = signatureOf('github', 's');
    const headers = signed(Buffer.from([0xff]));
    expect(check(headers, Buffer.from([0xff]))).toBeUndefined();
    expect(check(headers, Buffer.from([0xfe]))).toBe('the signature is wrong');
  });
});

describe('stripe', () => {
  const verify = signatureOf('stripe', 'whsec_test');
  const body = Buffer.from('{"id":"evt_1"}');
  const sign = (time: number | string) =>
    createHmac('sha256', 'whsec_test').update(`${time}.`).update(body).digest('hex');

  test.each([
    ['now', `t=${NOW_S},v1=${sign(NOW_S)}`, undefined],
    ['five minutes ago', `t=${NOW_S - 300},v1=${sign(NOW_S - 300)}`, undefined],
    ['longer ago', `t=${NOW_S - 301},v1=${sign(NOW_S - 301)}`, 'the signature is too old, or a clock is wrong'],
    ['in the future', `t=${NOW_S + 301},v1=${sign(NOW_S + 301)}`, 'the signature is too old, or a clock is wrong'],
    ['several, one of them right', `t=${NOW_S}, v1=00, v1=${sign(NOW_S)}, v0=11`, undefined],
    ['of another time', `t=${NOW_S},v1=${sign(NOW_S - 1)}`, 'the signature is wrong'],
    ['of the old version', `t=${NOW_S},v0=${sign(NOW_S)}`, 'the signature is wrong'],
    ['without a time', `v1=${sign('')}`, 'expected the time t in the header Stripe-Signature'],
    ['with a time that is none', `t=soon,v1=${sign('soon')}`, 'expected the time t in the header Stripe-Signature'],
  ])('a signature %s', (_, header, expected) => {
    expect(verify({ 'stripe-signature': header }, body)).toBe(expected);
  });
});

describe('standard-webhooks', () => {
  // The example of the specification.
  const verify = signatureOf('standard-webhooks', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const body = Buffer.from('{"test": 2432232314}');
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': String(NOW_S),
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };

  test.each([
    ['as it was signed', headers, undefined],
    ['with another id', { ...headers, 'webhook-id': 'msg_2' }, 'the signature is wrong'],
    [
      'without an id',
      { ...headers, 'webhook-id': '' },
      'expected the headers webhook-id, webhook-timestamp and webhook-signature',
    ],
    ['with garbage', { ...headers, 'webhook-signature': 'v1' }, 'the signature is wrong'],
    ['with several signatures', { ...headers, 'webhook-signature': `v2,x ${headers['webhook-signature']}` }, undefined],
  ])('%s', (_, given, expected) => {
    expect(verify(given, body)).toBe(expected);
  });

  test('a request that is sent again later is refused', () => {
    vi.setSystemTime((NOW_S + 301) * 1_000);
    expect(verify(headers, body)).toBe('the signature is too old, or a clock is wrong');
  });

  test('a secret that is not base64 is refused at once', () => {
    expect(() => signatureOf('standard-webhooks', 'whsec_ä')).toThrow();
    expect(() => signatureOf('standard-webhooks', '')).toThrow();
  });
});

test.each([
  ['Bearer right', undefined],
  ['bearer right', undefined],
  ['Bearer wrong', 'expected the header Authorization: Bearer TOKEN, with the right token'],
  ['', 'expected the header Authorization: Bearer TOKEN, with the right token'],
])('bearer: %j', (authorization, expected) => {
  expect(bearerToken('right')({ authorization }, Buffer.alloc(0))).toBe(expected);
});
