import { describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { InFlightRecord } from '../../pipeline/index.js';
import { Scene } from '../../pipeline/testing/scene.js';
import { FailureLines } from './failure-lines.js';
import { LineLimit } from '../../text/line-limit.js';

/** Lines about the records of a partition; the test ends the windows. */
async function written() {
  const scene = new Scene('abcdefghijklmno', { order: 'none', concurrency: 100 });
  await scene.fetch();
  const records: readonly InFlightRecord[] = scene.calls.flatMap((call) => call.records);
  const logger = new Logger('Group');
  const lines = jest.spyOn(logger, 'error').mockImplementation(() => undefined);
  const due: (() => void)[] = [];
  const schedule = (_delayMs: number, run: () => void): void => void due.push(run);
  const failures = new FailureLines(logger, () => 'Orders.on', new LineLimit({ schedule }), schedule);
  return {
    fail: (at: number, error: unknown): void => {
      const record = records[at];
      if (record)
        failures.failed('error', 'failed records (dead-letter)', record, error, 'is a dead letter now');
    },
    lines: (): unknown[] => lines.mock.calls.map(([line]) => line),
    endWindows: () => due.splice(0).forEach((run) => run()),
  };
}

/** Like the error that the driver creates from an answer of the server. */
class DatabaseError extends Error {
  override readonly name = 'error';
  readonly severity = 'ERROR';

  constructor(readonly code: string) {
    super('duplicate key value violates unique constraint');
  }
}

describe('a line about a failure', () => {
  test('a line about a failure has position, handler, error class and stack as fields', async () => {
    const { fail, lines } = await written();
    const error = new TypeError('x is not a function', { cause: new RangeError('no stock') });
    fail(3, error);
    expect(lines()).toEqual([
      {
        msg: 't[0] at offset 3 is a dead letter now: TypeError: x is not a function',
        topic: 't',
        partition: 0,
        offset: '3',
        handler: 'Orders.on',
        errorClass: 'TypeError',
        stack: expect.stringMatching(
          /^TypeError: x is not a function\n[^]*failure-lines\.spec[^]*\nCaused by: RangeError/,
        ),
      },
    ]);
  });

  test('a line about a failure has the stack once per window and error class', async () => {
    const { fail, lines, endWindows } = await written();
    const stacks = (): number[] =>
      lines().flatMap((line, at) =>
        typeof line === 'object' && line !== null && 'stack' in line ? [at] : [],
      );
    for (const at of [0, 1, 2]) fail(at, new TypeError('x'));
    fail(3, new RangeError('y'));
    expect(stacks()).toEqual([0, 3]);
    endWindows();
    fail(4, new TypeError('x'));
    expect(stacks()).toEqual([0, 3, 4]);
  });

  test('a line about a failure has PostgreSQL’s SQLSTATE, also from the cause of an error', async () => {
    const { fail, lines } = await written();
    fail(0, new DatabaseError('23505'));
    fail(1, new Error('not booked', { cause: new DatabaseError('40001') }));
    expect(lines()).toMatchObject([
      {
        errorClass: 'DatabaseError 23505',
        sqlState: '23505',
        msg: expect.stringContaining(': DatabaseError 23505: '),
      },
      { errorClass: 'Error 40001', sqlState: '40001' },
    ]);
  });

  test('lines about failures that are left out are counted exactly', async () => {
    const { fail, lines, endWindows } = await written();
    for (let at = 0; at < 15; at++) fail(at, new Error('no'));
    expect(lines()).toHaveLength(10);
    endWindows();
    expect(lines().at(-1)).toBe('t: 5 more lines of failed records (dead-letter) were left out in 10 s');
  });
});
