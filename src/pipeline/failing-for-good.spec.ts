import { describe, expect, test } from '@jest/globals';
import { PermanentError } from './errors/permanent.error.js';
import { COMMIT_INTERVAL_MS, RETRY_MS } from './testing/scene.js';
import { fetched } from './testing/scenes.js';

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

test('a drain waits for a record that is being stored', async () => {
  const scene = await fetched('a', { attempts: 1 });
  void scene.call(0).fails();
  const drained = scene.group.drain(COMMIT_INTERVAL_MS);
  await scene.clock.advance(COMMIT_INTERVAL_MS / 2);
  expect(await drained).toBe(true);
  expect(scene.partition.committed).toBe('1');
  expect(scene.stored).toEqual(['dead-letter 0']);
});
