import { describe, expect, test } from '@jest/globals';
import { PartitionLostError, toOffset } from '../pipeline/index.js';
import { type Call, Scene, type SceneOptions } from '../pipeline/testing/scene.js';
import { settled } from '../pipeline/testing/virtual-time.js';
import { ForeignOffsetError, guardedConsumer } from './guarded-consumer.js';

function sceneOf(options: SceneOptions = {}): Scene {
  return new Scene('aaaaaaaaaa', { commit: 'manual', order: 'partition', ...options });
}

/**
 * Commits like code for Nest's own transport; returns whether the commit succeeded or waits, or why it was rejected.
 */
async function commit(scene: Scene, call: Call, offset: string, partition = 0): Promise<unknown> {
  const [record] = call.records;
  if (!record) throw new Error('no record');
  const runtime = { group: () => ({ nativeConsumer: {}, pipeline: scene.group }) } as never;
  const outcome = await Promise.race([
    guardedConsumer(runtime, 'g', record)
      .commitOffsets([{ topic: 't', partition, offset }])
      .then(
        () => 'taken',
        (error: unknown) => error,
      ),
    scene.clock
      .advance(100)
      .then(settled)
      .then(() => 'pending'),
  ]);
  await settled();
  return outcome;
}

describe('an offset committed through the consumer of a context', () => {
  test('an offset committed through the context’s consumer is committed in the record’s ownership', async () => {
    const scene = sceneOf();
    await scene.fetch();
    expect(await commit(scene, scene.call(0), '1')).toBe('taken');
    expect(scene.partition.committed).toBe('1');
  });

  test('an offset is rejected once the log was replaced', async () => {
    const scene = sceneOf({ committed: 8 });
    await scene.fetch();
    const old = scene.call(0);
    // The topic was recreated and has 10 records: the client is reset to 0.
    scene.partition.committed = scene.partition.position = toOffset(0);
    await scene.fetch();
    expect(old.signal.aborted).toBe(true);
    expect(await commit(scene, old, '9')).toBeInstanceOf(PartitionLostError);
    expect(scene.partition.committed).toBe('0');
  });

  test('an offset is rejected once the partition was lost, even if the member owns it again', async () => {
    const scene = sceneOf();
    await scene.fetch();
    const old = scene.call(0);
    scene.rejoin(true, false);
    scene.rejoin(true, true);
    await scene.fetch();
    expect(await commit(scene, old, '5')).toBeInstanceOf(PartitionLostError);
    expect(scene.partition.committed).toBe('0');
  });

  test('an offset of another partition than the record’s is rejected', async () => {
    const scene = sceneOf();
    await scene.fetch();
    expect(await commit(scene, scene.call(0), '1', 1)).toBeInstanceOf(PartitionLostError);
    const [record] = scene.call(0).records;
    Object.assign(record ?? {}, { owner: { topic: 'other', partition: 0 } });
    expect(await commit(scene, scene.call(0), '1')).toBeInstanceOf(ForeignOffsetError);
    expect(scene.partition.committed).toBe('0');
  });
});
