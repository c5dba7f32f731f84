import { describe, expect, test } from '@jest/globals';
import { PermanentError } from './errors/permanent.error.js';
import { RETRY_MS } from './testing/scene.js';
import { fetched } from './testing/scenes.js';

describe('the circuit breaker', () => {
  const options = {
    attempts: 1,
    deadLetterLimit: { consecutive: 2, ratio: 1, window: 100 },
    order: 'partition',
  } as const;

  test('the circuit breaker holds failed records back, pauses fetching, and closes by itself once records succeed', async () => {
    const scene = await fetched('aaaa', options);
    await scene.call(0).fails();
    await scene.call(1).fails();
    expect(scene.reported).toEqual(['dead-letter 0', 'breaker open 1']);
    expect(scene.pipeline.status.pauseReasons).toEqual(['circuit breaker']);
    expect(scene.partition.paused).toBe(true);
    expect(scene.pipeline.status.problems).toMatchObject([
      { kind: 'circuit-breaker', reason: '2 records in a row failed for good' },
    ]);
    await scene.clock.advance(RETRY_MS);
    await scene.call(2).fails();
    expect(await scene.committed()).toBe('1');
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0', '1', '1', '1']);
    await scene.call(3).returns();
    expect(scene.reported.slice(2)).toEqual(['breaker open 1', 'breaker closed']);
    expect(scene.pipeline.status.problems).toEqual([]);
    expect(scene.partition.paused).toBe(false);
    await scene.call(4).returns();
    await scene.call(5).returns();
    expect(await scene.committed()).toBe('4');
    expect(scene.stored).toEqual(['dead-letter 0']);
  });

  test('the circuit breaker counts a record once, even if it is held back repeatedly', async () => {
    const scene = await fetched('abc', {
      ...options,
      order: 'key',
      deadLetterLimit: { consecutive: 2, ratio: 0.1, window: 20 },
    });
    await scene.call(0).fails();
    await scene.call(1).fails();
    for (let at = 3; at < 10; at++) {
      await scene.clock.advance(RETRY_MS);
      await scene.call(at).fails();
    }
    expect(scene.pipeline.status.problems).toMatchObject([{ reason: '2 records in a row failed for good' }]);
  });

  test('the circuit breaker stays closed for rare failures, although retried records fail for good in a row', async () => {
    const scene = await fetched('abcdefghij', {
      attempts: 2,
      deadLetterLimit: { consecutive: 2, ratio: 0.5, window: 10 },
    });
    for (let at = 0; at < 10; at++) {
      if (at % 3 === 1) await scene.call(at).fails();
      else await scene.call(at).returns();
    }
    await scene.clock.advance(RETRY_MS);
    expect(scene.called.slice(10)).toEqual(['1', '4', '7']);
    for (const at of [10, 11, 12]) await scene.call(at).fails();
    expect(scene.stored).toEqual(['dead-letter 1', 'dead-letter 4', 'dead-letter 7']);
    expect(await scene.committed()).toBe('10');
  });

  test('the circuit breaker stays closed if all records of a single key fail, although its lane runs behind all others', async () => {
    const scene = await fetched('abacadae', {
      attempts: 1,
      deadLetterLimit: { consecutive: 2, ratio: 1, window: 10 },
    });
    expect(scene.called).toEqual(['0', '1', '3', '5', '7']);
    for (const at of [1, 2, 3, 4]) await scene.call(at).returns();
    for (const at of [0, 5, 6, 7]) await scene.call(at).fails();
    expect(scene.stored).toEqual(['dead-letter 0', 'dead-letter 2', 'dead-letter 4', 'dead-letter 6']);
    expect(await scene.committed()).toBe('8');
  });

  test('the circuit breaker does not count a record that succeeds on a retry', async () => {
    const scene = await fetched('abcd', {
      attempts: 2,
      deadLetterLimit: { consecutive: 9, ratio: 0.2, window: 10 },
    });
    for (const at of [0, 1, 2]) await scene.call(at).fails();
    await scene.clock.advance(RETRY_MS);
    for (const at of [4, 5, 6]) await scene.call(at).returns();
    await scene.call(3).fails();
    await scene.clock.advance(RETRY_MS);
    await scene.call(7).fails();
    expect(scene.stored).toEqual(['dead-letter 3']);
  });

  test('the circuit breaker closes as soon as a record that it held back succeeds, after any number of failures', async () => {
    const scene = await fetched('aaa', {
      ...options,
      deadLetterLimit: { consecutive: 9, ratio: 0.2, window: 10 },
    });
    await scene.call(0).fails();
    await scene.call(1).fails();
    expect(scene.reported.at(-1)).toBe('breaker open 1');
    await scene.clock.advance(RETRY_MS);
    expect(scene.pipeline.status.problems).toMatchObject([
      { kind: 'circuit-breaker', record: { offset: '1' } },
    ]);
    await scene.call(2).returns();
    expect(scene.pipeline.status.pauseReasons).toEqual([]);
    expect(scene.pipeline.status.problems).toEqual([]);
    await scene.call(3).fails();
    expect(scene.stored).toEqual(['dead-letter 0', 'dead-letter 2']);
  });

  test('the circuit breaker resumes fetching once the records that it held back go to a retry topic', async () => {
    const scene = await fetched('aa', {
      ...options,
      onFailure: 'retry-topic',
      deadLetterLimit: { consecutive: 1, ratio: 0.1, window: 10 },
    });
    await scene.call(0).fails(new PermanentError('no'));
    expect(scene.reported).toEqual(['breaker open 0']);
    await scene.clock.advance(RETRY_MS);
    await scene.call(1).fails();
    expect(scene.reported).toEqual(['breaker open 0', 'breaker closed', 'retry-topic 0']);
    expect(scene.pipeline.status.pauseReasons).toEqual([]);
  });

  test('the circuit breaker holds back records that would be skipped, but not those that go to a retry topic', async () => {
    const skipping = await fetched('aaa', { ...options, onFailure: 'skip' });
    await skipping.call(0).fails();
    await skipping.call(1).fails();
    expect(skipping.reported).toEqual(['skip 0', 'breaker open 1']);
    const retrying = await fetched('aaa', { ...options, onFailure: 'retry-topic' });
    for (const at of [0, 1, 2]) await retrying.call(at).fails();
    expect(retrying.reported).toEqual(['retry-topic 0', 'retry-topic 1', 'retry-topic 2']);
  });
});
