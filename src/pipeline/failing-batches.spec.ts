import { describe, expect, test } from '@jest/globals';
import { BatchRecordError } from './errors/errors.js';
import { RETRY_MS, Scene, type SceneOptions } from './testing/scene.js';

const cause = new Error('the cause');

/** A running batch of five records. */
async function working(options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene('abcde', { read: 'batch', order: 'partition', maxRecords: 5, ...options });
  await scene.fetch();
  return scene;
}

describe('a batch whose handler says which record failed', () => {
  test.each(['auto', 'manual'] as const)(
    'a batch whose handler says which record failed settles the records before the failed one, and redelivers that one and the rest (commit: %s)',
    async (commit) => {
      const scene = await working({ commit });
      await scene.call(0).fails(new BatchRecordError(2, cause));
      expect(await scene.committed()).toBe('2');
      expect(scene.called).toEqual(['0,1,2,3,4', '2,3,4']);
    },
  );

  test('a batch whose handler says which record failed waits for the backoff of the failed record, and keeps its error', async () => {
    const scene = await working();
    await scene.call(0).fails(new BatchRecordError(2, cause));
    const failed = scene.call(0).records[2];
    expect(failed).toMatchObject({
      failures: 1,
      lastError: cause,
      startedAt: 0,
      retryAt: scene.clock.now() + RETRY_MS,
    });
    expect(scene.reported).toEqual(['retrying 2']);
    await scene.clock.advance(RETRY_MS - 1);
    expect(scene.calls).toHaveLength(1);
    await scene.clock.advance(1);
    expect(scene.calls).toHaveLength(2);
    expect(failed?.retryAt).toBe(0);
  });

  test('a batch whose handler says which record failed may fail again at another record', async () => {
    const scene = await working();
    await scene.call(0).fails(new BatchRecordError(1, cause));
    await scene.clock.advance(RETRY_MS);
    await scene.call(1).fails(new BatchRecordError(3, cause));
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0,1,2,3,4', '1,2,3,4', '4']);
    await scene.call(2).returns();
    expect(await scene.committed()).toBe('5');
  });

  test('a batch whose handler says which record failed settles no record if the first one failed', async () => {
    const scene = await working();
    await scene.call(0).fails(new BatchRecordError(0, cause));
    expect(await scene.committed()).toBe('0');
    expect(scene.called).toEqual(['0,1,2,3,4', '0,1,2,3,4']);
  });

  test.each([-1, 5, 1.5, Number.NaN, Infinity])(
    'a batch whose handler says which record failed fails as a whole if its handler names a record that does not exist: %p',
    async (index) => {
      const scene = await working();
      await scene.call(0).fails(new BatchRecordError(index, cause));
      expect(await scene.committed()).toBe('0');
      expect(scene.called).toEqual(['0,1,2,3,4', '0,1,2,3,4']);
    },
  );
});

describe('a batch whose handler throws', () => {
  test('a batch whose handler throws is redelivered unchanged, before the records that were fetched after it', async () => {
    const scene = new Scene('aaaaaaaa', { read: 'batch', order: 'partition', maxRecords: 4 });
    await scene.fetch();
    await scene.call(0).fails(cause);
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0,1,2,3', '0,1,2,3']);
    await scene.call(1).returns();
    expect(scene.called.at(-1)).toBe('4,5,6,7');
  });

  test('a batch whose handler throws is redelivered without the records that it has already settled', async () => {
    const scene = await working({ commit: 'manual', order: 'key' });
    const [, second] = scene.call(0).records;
    if (second) scene.pipeline.owner.acknowledge([second]);
    await scene.call(0).fails(cause);
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0,1,2,3,4', '0,2,3,4']);
  });

  test('a batch whose handler throws is reported and not redelivered if it had settled all of its records', async () => {
    const scene = await working({ commit: 'manual' });
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    await scene.call(0).fails(cause);
    expect(await scene.committed()).toBe('5');
    expect(scene.reported).toEqual(['failed after settling 4']);
    expect(scene.calls).toHaveLength(1);
  });

  test('a batch whose handler throws gives its slot to a batch of other keys while it waits for its retry', async () => {
    const options = { read: 'batch', order: 'key', concurrency: 1, maxRecords: 1 } as const;
    const scene = new Scene('aab', options);
    await scene.fetch();
    await scene.call(0).fails(cause);
    expect(scene.called).toEqual(['0', '2']);
  });
});
