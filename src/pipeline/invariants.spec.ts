import { describe, expect, test } from '@jest/globals';
import { toOffset } from './records/offset.js';
import { InFlightRecord } from './records/in-flight.js';
import { RecordLanes } from './dispatch/record-lanes.js';
import { BatchRecordError } from './errors/errors.js';
import { joined, watched } from './testing/commit-target.js';
import { RETRY_MS, Scene } from './testing/scene.js';
import { settled } from './testing/virtual-time.js';
import { idleOwner } from './testing/idle-owner.js';

test('records of a batch that waits for its retry are not reported as unresponsive', async () => {
  const scene = new Scene('ab', {
    read: 'batch',
    order: 'partition',
    maxRecords: 2,
    timeoutMs: 50,
    maxWaitMs: 0,
  });
  await scene.fetch();
  await scene.clock.advance(20);
  await scene.call(0).fails();
  expect(scene.call(0).records.map(({ startedAt }) => startedAt)).toEqual([0, 0]);
  // Stands for a long backoff: no handler is running.
  scene.group.committer.suspend();
  expect(scene.pipeline.status.unresponsive).toEqual([]);
});

test('records that a failed batch had settled itself are not reported as unresponsive', async () => {
  const scene = new Scene('ab', {
    read: 'batch',
    order: 'key',
    commit: 'manual',
    maxRecords: 2,
    timeoutMs: 50,
  });
  await scene.fetch();
  const [, second] = scene.call(0).records;
  if (second) scene.pipeline.owner.acknowledge([second]);
  await scene.call(0).fails();
  await scene.clock.advance(RETRY_MS);
  await scene.call(1).returns();
  await scene.clock.advance(5000);
  expect(scene.pipeline.status.unresponsive).toEqual([]);
});

test('a batch that failed after settling all of its records is not reported as unresponsive', async () => {
  const scene = new Scene('ab', {
    read: 'batch',
    order: 'key',
    commit: 'manual',
    maxRecords: 2,
    timeoutMs: 50,
  });
  await scene.fetch();
  scene.pipeline.owner.acknowledge(scene.call(0).records);
  await scene.call(0).fails();
  await scene.clock.advance(5000);
  expect(scene.pipeline.status.unresponsive).toEqual([]);
});

test('the retry of a batch does not shorten the wait of records of other keys', async () => {
  const scene = new Scene('ab', {
    read: 'batch',
    order: 'key',
    concurrency: 4,
    maxRecords: 10,
    maxWaitMs: 50,
  });
  await scene.fetch(1);
  await scene.clock.advance(50);
  await scene.call(0).fails();
  await scene.clock.advance(RETRY_MS - 20);
  await scene.fetch(1);
  await scene.clock.advance(20);
  expect(scene.called).toEqual(['0', '0']);
  await scene.clock.advance(60_000);
  expect(scene.called).toEqual(['0', '0', '1']);
});

test('no more batches run at once than concurrency permits, including retries', async () => {
  const scene = new Scene('abc', { read: 'batch', order: 'key', concurrency: 1, maxRecords: 1 });
  await scene.fetch();
  await scene.call(0).fails();
  expect(scene.called).toEqual(['0', '1']);
  await scene.clock.advance(RETRY_MS);
  expect(scene.called).toEqual(['0', '1']);
});

test('a flush ends when the committer is suspended while a retry waits', async () => {
  const { target, committer, source } = await joined();
  source.settleBelow(1);
  committer.request();
  const flushed = watched(committer.flush(() => true));
  await target.last.fail('transient');
  committer.suspend();
  await settled();
  expect(flushed.done).toBe(true);
});

test('a commit of an offset resolves once the broker has acknowledged it, even if the records were settled before', async () => {
  const scene = new Scene('ab', { order: 'partition', commit: 'manual' });
  await scene.fetch();
  await scene.committed();
  scene.pipeline.owner.acknowledge(scene.call(0).records);
  const committed = watched(scene.pipeline.owner.commitBefore(toOffset(1)));
  await settled();
  expect([committed.done, scene.partition.committed]).not.toEqual([true, '0']);
});

test('the retry of a record starts before newer records', () => {
  const lanes = new RecordLanes(1);
  const records = [...'abcdefghia'].map(
    (name, sequence) =>
      new InFlightRecord(
        idleOwner,
        { offset: toOffset(sequence), key: null, value: null, timestamp: '0' },
        sequence,
        0,
        name,
        0,
      ),
  );
  for (const record of records) lanes.enqueue(record);
  const first = lanes.next(Infinity);
  if (first) lanes.done(first);
  const second = lanes.next(Infinity);
  if (second) {
    lanes.releaseSlot(second);
    lanes.requeue(second);
  }
  expect(lanes.next(Infinity)?.sequence).toBe(1);
});

test('a join sends pending commits at once, without waiting for a retry of the former generation', async () => {
  const { target, committer, source } = await joined({ intervalMs: 1e7 });
  source.settleBelow(1);
  committer.request();
  await target.last.fail('transient');
  committer.resume();
  expect(target.requests).toHaveLength(2);
});

describe('a BatchRecordError in key order with manual commits', () => {
  test('a BatchRecordError in key order with manual commits settles the records before the one it names', async () => {
    const scene = new Scene('abc', { read: 'batch', order: 'key', commit: 'manual', maxRecords: 3 });
    await scene.fetch();
    await scene.call(0).fails(new BatchRecordError(1, new Error('x')));
    await scene.clock.advance(RETRY_MS);
    void scene.pipeline.owner.commit(scene.call(1).records);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('3');
  });
});
