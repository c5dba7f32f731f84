import { describe, expect, test } from '@jest/globals';
import { DependencyUnavailableError } from './errors/unavailable.error.js';
import { watched } from './testing/commit-target.js';
import { Scene, type SceneOptions } from './testing/scene.js';

/** A member that has committed its start offset, with running handlers that commit manually. */
async function activeCalls(keys: string, options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene(keys, { commit: 'manual', order: 'key', ...options });
  await scene.committed();
  await scene.fetch();
  return scene;
}

/** The handler of that call awaits its commit, and then returns. */
function commits(scene: Scene, at: number): { readonly outcome: Promise<string> } {
  const call = scene.call(at);
  const outcome = scene.pipeline.owner.commit(call.records).then(
    () => call.returns().then(() => 'committed'),
    (error: unknown) => call.fails(error).then(() => String(error)),
  );
  return { outcome };
}

describe('a drain', () => {
  test('a drain does not wait for handlers that only await a commit behind a record that waits for its retry', async () => {
    const scene = await activeCalls('ab');
    const { outcome } = commits(scene, 1);
    await scene.call(0).fails();
    const began = scene.clock.now();
    let took: number | undefined;
    void scene.group.drain(30_000).then(() => (took = scene.clock.now() - began));
    for (let passed = 0; passed < 30_000; passed += 50) {
      await scene.clock.advance(50);
      const last = scene.calls.at(-1);
      if (last?.offsets[0] === '0') await last.fails();
    }
    expect(took).toBeLessThan(1_000);
    // The partition was kept: the record is committed once the first record has been handled.
    scene.rejoin(true);
    await scene.clock.advance(1_000);
    scene.pipeline.owner.acknowledge(scene.call(-1).records);
    await scene.call(-1).returns();
    await scene.committed();
    await expect(outcome).resolves.toBe('committed');
  });

  test('a drain rejects handlers that wait for a commit if their partition is lost', async () => {
    const scene = await activeCalls('ab');
    const { outcome } = commits(scene, 1);
    await scene.call(0).fails();
    await expect(scene.group.drain(30_000)).resolves.toBe(true);
    scene.rejoin(true, false);
    await expect(outcome).resolves.toContain('PartitionLostError');
  });

  test('a drain waits for handlers whose commit can be sent, until they have returned', async () => {
    const scene = await activeCalls('ab');
    const committed = watched(scene.pipeline.owner.commit(scene.call(0).records));
    scene.pipeline.owner.acknowledge(scene.call(1).records);
    await scene.call(1).returns();
    const drained = watched(scene.group.drain(30_000).then(() => undefined));
    await scene.clock.advance(scene.broker.commitDelayMs);
    expect([committed.done, drained.done]).toEqual([true, false]);
    await scene.clock.advance(1_000);
    expect(drained.done).toBe(false);
    await scene.call(0).returns();
    await scene.clock.advance(scene.broker.commitDelayMs);
    expect(drained.done).toBe(true);
    expect(scene.partition.committed).toBe('2');
  });

  test('a drain starts and commits the records of a lane behind a handler whose commit can be sent', async () => {
    const scene = await activeCalls('aab');
    expect(scene.called).toEqual(['0', '2']);
    const first = commits(scene, 0);
    const last = commits(scene, 1);
    const drained = watched(scene.group.drain(30_000).then(() => undefined));
    await scene.clock.advance(scene.broker.commitDelayMs);
    expect(scene.called).toEqual(['0', '2', '1']);
    expect(drained.done).toBe(false);
    commits(scene, 2);
    await scene.clock.advance(2 * scene.broker.commitDelayMs);
    await Promise.all([first.outcome, last.outcome]);
    expect(drained.done).toBe(true);
    expect(scene.partition.committed).toBe('3');
  });

  test('a drain counts a batch that commits its records one by one as one call', async () => {
    const scene = await activeCalls('abcd', { read: 'batch', order: 'none', maxRecords: 2 });
    await scene.clock.advance(50);
    expect(scene.called).toEqual(['0,1', '2,3']);
    const { records } = scene.call(1);
    for (const record of records) void scene.pipeline.owner.commit([record]).catch(() => undefined);
    expect(scene.pipeline.busy).toBe(true);
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    await scene.call(0).returns();
    expect(scene.pipeline.busy).toBe(false);
  });

  test('a drain does not wait for a record whose dependency is unavailable', async () => {
    const scene = await activeCalls('ab');
    await scene.call(0).fails(new DependencyUnavailableError('away'));
    scene.pipeline.owner.acknowledge(scene.call(1).records);
    await scene.call(1).returns();
    await expect(scene.group.drain(30_000)).resolves.toBe(true);
  });
});
