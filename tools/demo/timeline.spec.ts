import { expect, test } from '@jest/globals';
import type { Call } from './journal.js';
import { timeline } from './timeline.js';

const at = 1_000_000;
const lastDigit = ({ transfer }: Call): string => String(transfer.number % 10);

function call(number: number, from: number, to: number | undefined, outcome: Call['outcome'] = 'done'): Call {
  return {
    worker: 1,
    transfer: { account: 'ada', number },
    attempt: 1,
    from: at + from,
    to: to && at + to,
    outcome,
  };
}

/** The row of ada in a picture of six seconds, ten columns per second. */
function rowOf(...calls: Call[]): string {
  const lines = timeline(calls, at, at + 6_000, lastDigit).split('\n');
  return lines.find((line) => line.includes('ada'))?.slice(11) ?? '';
}

test('each column has the call that was running in it', () => {
  expect(rowOf(call(1, 0, 300), call(2, 300, 500), call(13, 700, 1_000))).toMatch(/^11122[.][.]333[.]+$/);
});

test('a failed call ends with x, and a killed one with #', () => {
  expect(rowOf(call(1, 0, 300, 'failed'), call(2, 300, 600, 'killed'))).toMatch(/^11x22#[.]+$/);
});

test('a call that has not ended lasts to the end of the picture', () => {
  expect(rowOf(call(1, 5_800, undefined))).toMatch(/^[.]{58}11$/);
});

test('a picture has its seconds, and fits on a terminal of 80 columns', () => {
  const lines = timeline([], at, at + 20_000, lastDigit).split('\n');
  expect(lines[0]).toMatch(/^ {3}seconds 0 +2 +4 .+ 18/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
