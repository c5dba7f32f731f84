import { describe, expect, test } from '@jest/globals';
import { from, of, throwError, concat } from 'rxjs';
import { BatchOutcomesError } from '../../../pipeline/index.js';
import { completionOfBatch, completionOfRecord } from './results.js';

const fine = { status: 'fulfilled', value: undefined };
const bad = { status: 'rejected', reason: new Error('not booked') };
const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 1));

describe('a record is handled once the result of its handler is complete', () => {
  test.each<[string, (end: () => void) => unknown]>([
    [
      'an async generator',
      async function* (end) {
        yield 1;
        await later(1);
        end();
      },
    ],
    [
      'a generator of promises',
      function* (end) {
        yield later(1);
        yield later(1).then(end);
      },
    ],
    ['a list of promises', (end) => [later(1), later(1).then(end)]],
    ['a stream of a list of promises', (end) => of([later(1).then(end)])],
  ])('a call with %s is complete once the last value is', async (_, handle) => {
    let isOver = false;
    await completionOfRecord(handle(() => (isOver = true)));
    expect(isOver).toBe(true);
  });

  test('a rejected promise of a list fails the record after all promises have settled', async () => {
    let isOver = false;
    const result = [Promise.reject(new Error('no')), later(1).then(() => (isOver = true))];
    await expect(completionOfRecord(result)).rejects.toThrow('no');
    expect(isOver).toBe(true);
  });

  test('a generator that throws fails the record', async () => {
    const failing = (async function* () {
      yield 1;
      throw new Error('no');
    })();
    await expect(completionOfRecord(failing)).rejects.toThrow('no');
  });

  test.each([[undefined], [null], ['text'], [[1, 2]], [{ id: 1 }]])(
    'nothing is waited for in %j',
    (result) => {
      expect(completionOfRecord(result)).toBeUndefined();
    },
  );
});

describe('the outcomes of a batch', () => {
  const reason = bad.reason;
  test.each<[string, () => unknown, unknown]>([
    [
      'promises that were not awaited',
      () => [later(1), Promise.reject(reason)],
      [{ status: 'fulfilled', value: 1 }, bad],
    ],
    ['promises of outcomes', () => [later(fine), later(bad)], [{ status: 'fulfilled', value: fine }, bad]],
    ['a stream of an outcome for each record', () => from([fine, bad, fine]), [fine, bad, fine]],
    ['a stream of progress that ends with them', () => of('half', [fine, bad]), [fine, bad]],
    [
      'a generator of an outcome for each record',
      function* () {
        yield fine;
        yield bad;
      },
      [fine, bad],
    ],
  ])('the outcomes of a batch may be %s', async (_, handle, outcomes) => {
    expect(await completionOfBatch(handle())).toEqual(outcomes);
  });

  test('outcomes of a batch are rejected if the stream continues after a rejection', async () => {
    await expect(completionOfBatch(of([bad], 'done'))).rejects.toThrow(BatchOutcomesError);
    await expect(
      completionOfBatch(
        concat(
          of(1),
          throwError(() => reason),
        ),
      ),
    ).rejects.toBe(reason);
  });
});
