import { describe, expect, test } from '@jest/globals';
import { PermanentError } from './errors/permanent.error.js';
import type { Delay } from './handler/handler.js';
import { COMMIT_INTERVAL_MS, RETRY_MS, Scene, type SceneOptions } from './testing/scene.js';

/** A scene whose records have all been fetched. */
async function fetched(keys: string, options: SceneOptions): Promise<Scene> {
  const scene = new Scene(keys, options);
  await scene.fetch();
  return scene;
}

describe('a record whose attempts are used up', () => {
  test('a record whose attempts are used up is stored, then settled, and its key continues', async () => {
    const scene = await fetched('aab', { attempts: 2 });
    await scene.call(0).fails();
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0', '2', '0']);
    await scene.call(2).fails();
    expect(scene.stored).toEqual(['dead-letter 0']);
    expect(scene.reported).toEqual(['retrying 0', 'dead-letter 0']);
    expect(scene.called).toEqual(['0', '2', '0', '1']);
    await scene.call(1).returns();
    await scene.call(3).returns();
    expect(await scene.committed()).toBe('3');
  });

  test('a record whose attempts are used up is committed only once it is stored; until then the store is retried and no later offset is committed', async () => {
    const scene = await fetched('ab', { attempts: 1 });
    scene.storeErrors.push(...Array.from({ length: 20 }, () => new Error('away')));
    await scene.call(1).returns();
    await scene.call(0).fails();
    expect(scene.reported).toEqual(['not stored 0']);
    expect(scene.pipeline.status.problems).toMatchObject([
      { kind: 'not stored', error: { message: 'away' } },
    ]);
    expect(await scene.committed()).toBe('0');
    scene.storeErrors.length = 0;
    await scene.clock.advance(20_000);
    expect(scene.reported.at(-1)).toBe('dead-letter 0');
    expect(scene.pipeline.status.problems).toEqual([]);
    expect(await scene.committed()).toBe('2');
    expect(scene.calls).toHaveLength(2);
  });

  test('a record fails for good at once if its error is not retriable', async () => {
    const scene = await fetched('a', { attempts: 9 });
    await scene.call(0).fails(new PermanentError('no'));
    expect(scene.stored).toEqual(['dead-letter 0']);
  });

  test('a record whose attempts are used up is not settled if its partition was lost while it was being stored', async () => {
    const scene = await fetched('a', { attempts: 1 });
    const failed = scene.call(0).fails();
    scene.group.loseAll();
    await failed;
    expect(scene.reported).toEqual([]);
    expect(scene.partition.committed).toBe('0');
  });

  test('a record whose attempts are used up is skipped, reported and settled with the policy skip', async () => {
    const scene = await fetched('a', { attempts: 1, onFailure: 'skip' });
    await scene.call(0).fails();
    expect(scene.reported).toEqual(['skip 0']);
    expect(scene.stored).toEqual([]);
    expect(await scene.committed()).toBe('1');
  });

  test('a record that fails for good is stored even if another one fails for good at the same time', async () => {
    const scene = await fetched('ab', { attempts: 1 });
    await Promise.all([scene.call(0).fails(), scene.call(1).fails()]);
    expect(scene.stored).toEqual(['dead-letter 0', 'dead-letter 1']);
    expect(await scene.committed()).toBe('2');
  });
});

describe('a handler with the policy stop', () => {
  test('a handler with the policy stop starts no record of its partition after a failure, and nothing is committed past that record, even after a rejoin', async () => {
    const scene = await fetched('aabc', { attempts: 1, onFailure: 'stop', concurrency: 2 });
    await scene.call(0).fails();
    await scene.call(1).returns();
    expect(scene.reported).toEqual(['stopped 0']);
    expect(scene.called).toEqual(['0', '2']);
    expect(scene.pipeline.status.pauseReasons).toEqual(['stopped by its handler']);
    expect(scene.pipeline.status.problems).toMatchObject([{ kind: 'stop', record: { offset: '0' } }]);
    expect(await scene.committed()).toBe('0');
    await scene.group.drain(100);
    scene.rejoin(true);
    await scene.fetch();
    expect(scene.called).toEqual(['0', '2']);
  });
});

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

describe.each(['one', 'batch'] as const)('a handler that fails after it was aborted (read: %p)', (read) => {
  test('a record that fails after the abort of a shutdown is not stored', async () => {
    const scene = await fetched('ab', { attempts: 1, read, order: 'partition' });
    await scene.clock.advance(COMMIT_INTERVAL_MS);
    scene.group.abort(new Error('the deadline has passed'));
    await scene.call(0).fails();
    await scene.clock.advance(COMMIT_INTERVAL_MS);
    expect(scene.stored).toEqual([]);
    expect(scene.calls).toHaveLength(1);
    expect(scene.partition.committed).toBe('0');
  });

  test('a handler that fails after its partition was lost writes no dead letter', async () => {
    const scene = await fetched('ab', { attempts: 1, read, order: 'partition' });
    await scene.clock.advance(COMMIT_INTERVAL_MS);
    scene.group.loseAll();
    await scene.call(0).fails();
    expect(scene.stored).toEqual([]);
    expect(scene.calls).toHaveLength(1);
  });
});

describe('a record that is not due yet', () => {
  test('a record that is not due yet stays in the log, uncommitted, with all records behind it, and is fetched again when it is due', async () => {
    let dueAt = 0;
    const delay: Delay = { dueAt: ({ offset }) => (offset === '1' ? dueAt : 0), maxMs: 5000 };
    const scene = new Scene('abc', { delay });
    dueAt = scene.clock.now() + 5000;
    await scene.fetch();
    expect(scene.called).toEqual(['0']);
    await scene.call(0).returns();
    expect(scene.partition.paused).toBe(true);
    expect(scene.pipeline.status.pauseReasons).toEqual(['not due yet']);
    expect(await scene.committed()).toBe('1');
    expect(scene.limiter.total.records).toBe(0);
    await scene.clock.advance(dueAt - scene.clock.now());
    expect(scene.partition.paused).toBe(false);
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1', '2']);
    expect(scene.reported).toEqual([]);
  });

  test('a record that is not due yet waits no longer than its topic’s delay, even if its due time is later', async () => {
    const DAY = 86_400_000;
    const began = 1_000_000;
    const delay: Delay = { dueAt: ({ offset }) => (offset === '0' ? began + DAY : began), maxMs: 60_000 };
    const scene = new Scene('abc', { delay });
    const { clock } = scene;
    const seenAt = clock.now();
    await scene.fetch();
    expect(scene.reported).toEqual([`due too late 0 by ${began + DAY - seenAt - 60_000}`]);
    for (let second = 0; second < 59; second++) {
      await clock.advance(1_000);
      await scene.fetch();
    }
    expect(scene.called).toEqual([]);
    await clock.advance(1_000);
    await scene.fetch();
    expect(scene.called).toEqual(['0', '1', '2']);
    expect(scene.reported).toHaveLength(1);
  });
});

test('a record that is not for the handler is passed over, reported, and committed with the handled records', async () => {
  const scene = await fetched('abc', {
    passesOver: ({ offset }) => (offset === '1' ? undefined : 'replayed for another group'),
  });
  expect(scene.called).toEqual(['1']);
  expect(scene.reported).toEqual([
    'passed over 0: replayed for another group',
    'passed over 2: replayed for another group',
  ]);
  await scene.call(0).returns();
  expect(await scene.committed()).toBe('3');
});

test('a drain waits for a record that is being stored', async () => {
  const scene = await fetched('a', { attempts: 1 });
  void scene.call(0).fails();
  const drained = scene.group.drain(COMMIT_INTERVAL_MS);
  await scene.clock.advance(COMMIT_INTERVAL_MS / 2);
  expect(await drained).toBe(true);
  expect(scene.partition.committed).toBe('1');
  expect(scene.stored).toEqual(['dead-letter 0']);
});
