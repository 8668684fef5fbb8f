import { expect, test } from 'vitest';
import { createWindow, noteCall, passTime, sumAt, type Tally } from '../../../src/domain/breaker/window.js';

const byCount = (count: number, minCalls = 1) => createWindow({ window: { count }, minCalls });
const byTime = (seconds: number, minCalls = 1) => createWindow({ window: { seconds }, minCalls });
const tally = (calls: number, failed = 0, slow = 0): Tally => ({ calls, failed, slow });

test('createWindow: begins empty', () => {
  expect(byCount(4)).toEqual({ by: 'count', size: 4, least: 1, sum: tally(0), ring: [], at: 0 });
  expect(byTime(4)).toMatchObject({ by: 'time', size: 4, sum: tally(0) });
});

test('createWindow: is judged by no more calls than it holds', () => {
  expect([byCount(4, 10).least, byCount(10, 4).least]).toEqual([4, 4]);
});

test('createWindow: by time, as many calls are needed as it says, however short it is', () => {
  expect([byTime(2, 10).least, byTime(10, 4).least]).toEqual([10, 4]);
});

test('by count: the sum is of the last calls, and the oldest leaves first', () => {
  const window = byCount(2);
  noteCall(window, tally(1, 1), 0);
  noteCall(window, tally(1, 0, 1), 0);
  expect(window.sum).toEqual(tally(2, 1, 1));
  noteCall(window, tally(1), 0);
  expect(window.sum).toEqual(tally(2, 0, 1));
  noteCall(window, tally(1), 0);
  expect(window.sum).toEqual(tally(2));
});

test('by count: time changes nothing', () => {
  const window = byCount(2);
  noteCall(window, tally(1), 0);
  passTime(window, 1_000_000);
  expect([window.sum, window.at, sumAt(window, 2_000_000)]).toEqual([tally(1), 1, tally(1)]);
});

test('by time: calls of one second are counted together', () => {
  const window = byTime(3);
  noteCall(window, tally(1, 1), 1_000);
  noteCall(window, tally(1, 0, 1), 1_999);
  expect([window.sum, window.ring.filter((bucket) => bucket !== null)]).toEqual([tally(2, 1, 1), [tally(2, 1, 1)]]);
});

test('by time: a call leaves when its second is as old as the window', () => {
  const window = byTime(3);
  noteCall(window, tally(1), 10_000);
  noteCall(window, tally(1), 12_999);
  expect(window.sum).toEqual(tally(2));
  noteCall(window, tally(1), 13_000);
  expect(window.sum).toEqual(tally(2));
  passTime(window, 15_000);
  expect(window.sum).toEqual(tally(1));
  passTime(window, 16_000);
  expect(window.sum).toEqual(tally(0));
});

test('by time: after a long silence nothing is left, and it costs no more than the window', () => {
  const window = byTime(3);
  noteCall(window, tally(1), 1_000);
  passTime(window, 1e15);
  expect([window.sum, window.at, window.ring.length]).toEqual([tally(0), 1e12, 3]);
});

test('by time: a clock that goes back moves nothing', () => {
  const window = byTime(3);
  noteCall(window, tally(1), 10_000);
  noteCall(window, tally(1), 5_000);
  expect([window.sum, window.at]).toEqual([tally(2), 10]);
});

test('sumAt: is what it will hold by then, and changes nothing', () => {
  const window = byTime(3);
  noteCall(window, tally(1), 10_000);
  noteCall(window, tally(1), 11_000);
  const before = structuredClone(window);
  expect([sumAt(window, 11_500), sumAt(window, 13_000), sumAt(window, 14_000)]).toEqual([tally(2), tally(1), tally(0)]);
  expect(window).toEqual(before);
});

test('by time: the ring has a place for each second, also for those without a call', () => {
  const window = byTime(4);
  noteCall(window, tally(1), 2_000);
  expect(window.ring.slice(0, 3)).toEqual([null, null, tally(1)]);
});
