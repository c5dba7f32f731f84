import { describe, expect, test } from '@jest/globals';
import { Scene, type SceneOptions } from '../pipeline/testing/scene.js';
import { type GroupSnapshot, partitionSnapshot } from '../transport/index.js';
import { runningGroup } from './testing/running-group.js';
import { livenessProblem } from './truth-table.js';

const limits = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 60_000, stuckAfterMs: 60_000 };

function snapshotOf({ clock, pipeline }: Scene): GroupSnapshot {
  const now = clock.now();
  return {
    ...runningGroup,
    assignedCount: 1,
    lastProgressAt: now,
    lastHeartbeatAt: now,
    partitions: [partitionSnapshot(pipeline.status)],
  };
}

/** Advances the clock while handlers are supervised. */
async function pass(scene: Scene, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    await scene.clock.advance(100);
    scene.group.checkTimeouts();
  }
}

/** The last called handler commits its record, and the commit takes a while. */
async function waitingForCommit(keys: string, options: SceneOptions): Promise<Scene> {
  const scene = new Scene(keys, { commit: 'manual', timeoutMs: 5_000, attempts: 1, ...options });
  await scene.fetch();
  const call = scene.call(-1);
  const committed = scene.pipeline.owner.commit(call.records);
  void committed.then(
    () => call.returns(),
    () => undefined,
  );
  return scene;
}

describe('liveness', () => {
  test('liveness stays up for a handler that waits for the coordinator to accept its commit', async () => {
    const scene = await waitingForCommit('a', { order: 'partition' });
    scene.broker.commitDelayMs = 15_000;
    await pass(scene, 12_000);
    expect(livenessProblem(snapshotOf(scene), limits, scene.clock.now(), 0)).toBeUndefined();
    await pass(scene, 12_000);
    expect(scene.call(0).records[0]?.settled).toBe(true);
    expect(scene.reported).toEqual([]);
  });

  test('liveness stays up for a handler whose commit waits for an earlier record', async () => {
    const scene = await waitingForCommit('ab', { order: 'key', onFailure: 'stop' });
    await scene.call(0).fails();
    await pass(scene, 24_000);
    expect(livenessProblem(snapshotOf(scene), limits, scene.clock.now(), 0)).toBeUndefined();
    expect(scene.reported).toEqual(['stopped 0']);
  });

  test('liveness goes down for a handler that hangs after its commit', async () => {
    const scene = new Scene('a', { commit: 'manual', timeoutMs: 5_000 });
    await scene.fetch();
    void scene.pipeline.owner.commit(scene.call(0).records);
    await pass(scene, 12_000);
    expect(livenessProblem(snapshotOf(scene), limits, scene.clock.now(), 0)).toContain('t[0] at offset 0');
  });
});
