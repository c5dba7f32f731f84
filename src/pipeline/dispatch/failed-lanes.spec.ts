import { describe, expect, test } from '@jest/globals';
import { BatchRecordError, UndecodableRecordsError } from '../errors/errors.js';
import { Scene } from '../testing/scene.js';

const fine = { status: 'fulfilled', value: undefined };
const bad = { status: 'rejected', reason: new Error('a') };
const notJson = (...places: readonly number[]): UndecodableRecordsError =>
  new UndecodableRecordsError(new Map(places.map((at) => [at, new Error('no JSON')])));

describe('a batch in key order', () => {
  test('a key continues whose record was handled, although another record of its batch fails', async () => {
    const scene = new Scene('abbc', {
      read: 'batch',
      order: 'key',
      maxRecords: 2,
      maxWaitMs: 0,
      concurrency: 4,
    });
    await scene.fetch(2);
    await scene.call(0).returns([bad, fine]);
    await scene.fetch();
    expect(scene.called).toEqual(['0,1', '2,3']);
    for (let tries = 0; tries < 10; tries++) {
      await scene.clock.advance(1_000);
      const last = scene.calls.findLast(({ offsets }) => offsets.includes('0'));
      await last?.returns([bad]);
    }
    expect(scene.called.filter((offsets) => offsets === '0')).toHaveLength(10);
  });

  test('a key that failed continues, although another record of its batch cannot be stored', async () => {
    const scene = new Scene('ab', { read: 'batch', order: 'key', maxRecords: 2, maxWaitMs: 0, attempts: 2 });
    scene.storeErrors.push(...Array.from({ length: 9 }, () => new Error('no dead-letter topic')));
    await scene.fetch();
    await scene.call(0).returns([bad, bad]);
    await scene.clock.advance(100);
    await scene.call(1).returns([bad, fine]);
    await scene.clock.advance(5_000);
    expect(scene.reported.at(-1)).toBe('not stored 0');
    expect(scene.pipeline.status.usage.records).toBe(1);
    await scene.fetch();
    await scene.clock.advance(60_000);
    expect(scene.stored).toEqual(['dead-letter 0']);
    expect(await scene.committed()).toBe('2');
  });

  test('records that the handler did not reach do not wait for one that stops the partition', async () => {
    const scene = new Scene('aba', {
      read: 'batch',
      order: 'key',
      maxRecords: 3,
      attempts: 1,
      onFailure: 'stop',
    });
    await scene.fetch();
    await scene.call(0).fails(new BatchRecordError(0, new Error('a')));
    expect(scene.reported).toEqual(['stopped 0']);
    expect(scene.called).toEqual(['0,1,2', '1']);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('0');
    expect(scene.called).toHaveLength(2);
  });
});

describe('a batch in partition order', () => {
  test('records before the one that stops its partition are handled', async () => {
    const scene = new Scene('abcd', {
      read: 'batch',
      order: 'partition',
      maxRecords: 4,
      attempts: 1,
      onFailure: 'stop',
    });
    await scene.fetch();
    await scene.call(0).fails(notJson(2));
    expect(scene.called).toEqual(['0,1,2,3', '0,1']);
    await scene.call(1).returns();
    await scene.clock.advance(60_000);
    expect(scene.called).toHaveLength(2);
    expect(await scene.committed()).toBe('2');
  });

  test('records before one that cannot be stored are handled at once, records behind it once it is stored', async () => {
    const scene = new Scene('abcde', { read: 'batch', order: 'partition', maxRecords: 5, attempts: 1 });
    scene.storeErrors.push(new Error('no dead-letter topic'));
    await scene.fetch();
    await scene.call(0).fails(notJson(2));
    expect(scene.called).toEqual(['0,1,2,3,4', '0,1']);
    await scene.clock.advance(1_000);
    expect(scene.stored).toEqual(['dead-letter 2']);
    // The earlier ones are still being handled.
    expect(scene.called).toHaveLength(2);
    await scene.call(1).fails();
    expect(scene.stored).toEqual(['dead-letter 2']);
    await scene.call(2).returns();
    await scene.call(3).returns();
    expect(scene.called).toEqual(['0,1,2,3,4', '0,1', '0', '1', '3,4']);
    await scene.call(4).returns();
    expect(await scene.committed()).toBe('5');
  });
});
