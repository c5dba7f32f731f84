import { describe, expect, test } from '@jest/globals';
import { BatchRecordError, UndecodableRecordsError } from '../errors/errors.js';
import { RETRY_MS, Scene, type SceneOptions } from '../testing/scene.js';

/** A partition whose first five records are in one call. */
async function batchOf(options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene('abcde', {
    read: 'batch',
    order: 'partition',
    maxRecords: 5,
    attempts: 2,
    ...options,
  });
  await scene.fetch();
  return scene;
}

const fulfilled = { status: 'fulfilled', value: undefined } as const;
const rejected = { status: 'rejected', reason: new Error('no stock') } as const;

describe('a batch handler that gives an outcome for each record', () => {
  test('a batch handler that gives an outcome for each record gets only the failed records again, and uses up no attempts of the others', async () => {
    const scene = await batchOf();
    await scene.call(0).returns([fulfilled, rejected, fulfilled, rejected, fulfilled]);
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0,1,2,3,4', '1,3']);
    await scene.call(1).returns([rejected, fulfilled]);
    expect(scene.stored).toEqual(['dead-letter 1']);
    expect(await scene.committed()).toBe('5');
    expect(scene.calls).toHaveLength(2);
  });

  test('a batch handler that gives an outcome for each record settles the records that it reports as fulfilled, also with manual commits', async () => {
    const scene = await batchOf({ commit: 'manual' });
    await scene.call(0).returns([fulfilled, fulfilled, rejected, fulfilled, fulfilled]);
    expect(await scene.committed()).toBe('2');
  });

  test.each([[[1, 2, 3, 4, 5]], [[fulfilled]], [{ status: 'fulfilled' }]])(
    'a batch handler that gives an outcome for each record has succeeded if its result contains no rejection: %j',
    async (result) => {
      const scene = await batchOf();
      await scene.call(0).returns(result);
      expect(await scene.committed()).toBe('5');
      expect(scene.calls).toHaveLength(1);
    },
  );
});

describe.each([0, 2, 4])('a batch with poison at %d', (poison) => {
  const isPoisoned = (offsets: readonly string[]): boolean => offsets.includes(String(poison));

  test('poison that the handler names becomes a dead letter without affecting other records', async () => {
    const scene = await batchOf();
    await scene.call(0).fails(new BatchRecordError(poison, new Error('bad')));
    await scene.clock.advance(RETRY_MS);
    const second = scene.call(1);
    expect(second.offsets[0]).toBe(String(poison));
    await second.fails(new BatchRecordError(0, new Error('bad')));
    if (poison < 4) await scene.call(2).returns();
    expect(scene.stored).toEqual([`dead-letter ${poison}`]);
    expect(await scene.committed()).toBe('5');
    const handled = scene.calls
      .flatMap(({ offsets }) => offsets)
      .filter((offset) => offset !== String(poison));
    expect(new Set(handled).size).toBe(4);
  });

  test('poison that the handler does not name is found by handling each record by itself', async () => {
    const scene = await batchOf();
    const end = async (at: number): Promise<void> => {
      const call = scene.call(at);
      await (isPoisoned(call.offsets) ? call.fails() : call.returns());
      await scene.clock.advance(0);
    };
    await end(0);
    await scene.clock.advance(RETRY_MS);
    await end(1);
    for (let at = 2; at < scene.calls.length; at++) await end(at);
    expect(scene.called).toEqual(['0,1,2,3,4', '0,1,2,3,4', '0', '1', '2', '3', '4']);
    expect(scene.stored).toEqual([`dead-letter ${poison}`]);
    expect(await scene.committed()).toBe('5');
  });
});

test('records that cannot be decoded are stored without a call, and the others are handled in the next call', async () => {
  const scene = await batchOf({ attempts: 1 });
  const errors = new Map([1, 3].map((at) => [at, new Error('not JSON')] as const));
  await scene.call(0).fails(new UndecodableRecordsError(errors));
  expect(scene.stored).toEqual(['dead-letter 1', 'dead-letter 3']);
  expect(scene.called).toEqual(['0,1,2,3,4', '0,2,4']);
  await scene.call(1).returns();
  expect(await scene.committed()).toBe('5');
});
