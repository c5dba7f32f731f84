import { describe, expect, test } from '@jest/globals';
import { OutcomesInOrder } from './outcomes-in-order.js';

const limit = { consecutive: 3, ratio: 0.5, window: 10 };

/** `+` passed, `-` failed, `.` open. */
function outcomes(marks: string, oldest = 0): OutcomesInOrder {
  const order = new OutcomesInOrder(limit, () => oldest);
  for (const [at, mark] of [...marks].entries()) {
    if (mark === '+') order.passed(at);
    if (mark === '-') order.failed(at);
  }
  return order;
}

describe('a failure', () => {
  test.each([
    ['---', 2, true],
    ['--', 1, false],
    ['-.-.-', 4, true],
    ['-+-+-', 4, false],
    ['-+-+-+-+-', 8, true],
    ['+++++---', 6, false],
  ])('a failure in %p at %p is among failures: %p', (marks, at, expected) => {
    expect(outcomes(marks).isAmongFailures(at)).toBe(expected);
  });

  test('far behind the last one is judged by the outcomes around it, not by later ones', () => {
    const order = outcomes(`${'+'.repeat(50)}---`);
    for (let at = 53; at < 20_000; at++) order.passed(at);
    expect(order.isAmongFailures(52)).toBe(true);
    expect(order.isAmongFailures(51)).toBe(false);
  });

  test('a failure no longer counts once its record has succeeded', () => {
    const order = outcomes('---');
    order.passed(1);
    expect(order.isAmongFailures(2)).toBe(false);
  });
});
