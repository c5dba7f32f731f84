import { describe, expect, test } from '@jest/globals';
import { OwnershipUnknownError } from './errors/ownership-unknown.error.js';
import { PartitionLostError } from './errors/errors.js';
import type { ParkedRecord } from './parking/parked-keys.js';
import type { ParkingOwnership } from './parking/parking-store.js';
import { joined, watched } from './testing/commit-target.js';
import { ModelParkingStore } from './testing/model-parking-store.js';
import { type Call, Scene, type SceneOptions } from './testing/scene.js';
import { settled } from './testing/virtual-time.js';

const REVOKED = { topic: 't', partition: 1 };

/** Two partitions whose first record is being handled: call 0 belongs to the retained one, call 1 to the other. */
async function revoking(options: SceneOptions = {}): Promise<{ scene: Scene; drained: Promise<boolean> }> {
  const scene = new Scene('aaa', { other: 'aaa', ...options });
  await scene.committed();
  await scene.fetch();
  scene.broker.fetch(scene.group, scene.other, 1000);
  await settled();
  return { scene, drained: scene.group.drain(60_000, [REVOKED]) };
}

describe('a partition that is retained while another one is given up', () => {
  test('a retained partition starts records, settles them and commits while another one drains', async () => {
    const { scene, drained } = await revoking();
    const state = watched(drained.then(() => undefined));
    await scene.call(0).returns();
    await scene.call(2).returns();
    expect(await scene.committed()).toBe('2');
    expect(scene.calls.map(({ records: [record] }) => record?.owner.partition)).toEqual([0, 1, 0, 0]);
    expect(scene.call(0).signal.aborted).toBe(false);
    expect(scene.partition).toMatchObject({ paused: false, position: '3' });
    expect(state.done).toBe(false);
  });

  test('a retained partition stays as it is when the other one is dropped', async () => {
    const { scene, drained } = await revoking();
    const { pipeline } = scene;
    await scene.call(1).returns();
    await scene.clock.advance(scene.broker.commitDelayMs);
    await expect(drained).resolves.toBe(true);
    scene.broker.reassign(scene.group, [true, false]);
    expect(scene.pipeline).toBe(pipeline);
    expect(scene.group.partition(REVOKED)).toBeUndefined();
    expect(scene.call(0).signal.aborted).toBe(false);
    expect(scene.partition.position).toBe('3');
    await scene.call(0).returns();
    expect(scene.called).toEqual(['0', '0', '1']);
    expect(await scene.committed()).toBe('1');
  });

  test('a retained partition does not delay the drain of another one, although it always has something to commit', async () => {
    const { scene, drained } = await revoking({ order: 'none' });
    const state = watched(drained.then(() => undefined));
    const isRevoked = (call: Call): boolean => call.records[0]?.owner.partition === REVOKED.partition;
    for (const call of scene.calls.filter(isRevoked)) await call.returns();
    for (const call of scene.calls.filter((each) => !isRevoked(each)).slice(0, 2)) {
      await call.returns();
      void scene.group.committer.request();
      await scene.clock.advance(scene.broker.commitDelayMs);
    }
    expect(state.done).toBe(true);
    expect(scene.other.committed).toBe('3');
  });

  test('a retained partition confirms its ownership, and the other one does not', async () => {
    const { target, committer, source, other } = await joined();
    const begunBefore = committer.confirmOwnership(other);
    committer.revoking(other);
    const [unanswered] = target.requests;
    const confirmed = committer.confirmOwnership(source);
    await target.last.acknowledge();
    await expect(confirmed).resolves.toBeUndefined();
    await expect(committer.confirmOwnership(other)).rejects.toThrow(OwnershipUnknownError);
    committer.retained(other);
    await unanswered?.acknowledge();
    await expect(begunBefore).rejects.toThrow(OwnershipUnknownError);
    const again = committer.confirmOwnership(other);
    await target.last.acknowledge();
    await expect(again).resolves.toBeUndefined();
  });
});

/** A parking store that keeps how its owners confirm their ownerships, in the order in which they opened. */
class ConfirmingStore extends ModelParkingStore {
  readonly confirmations: ParkingOwnership['confirm'][] = [];

  override load(ownership: ParkingOwnership): Promise<readonly ParkedRecord[]> {
    this.confirmations.push(ownership.confirm);
    return super.load(ownership);
  }
}

describe('a partition that is given up', () => {
  test('a partition that is given up does not confirm its ownership to its parking store, until it is retained', async () => {
    const parkingStore = new ConfirmingStore();
    const scene = new Scene('', { other: '', parkingStore, onFailure: 'park' });
    await scene.committed();
    const confirm = (at: number): Promise<void> =>
      parkingStore.confirmations[at]?.() ?? Promise.reject(new Error('not open'));
    await scene.group.drain(1000, [REVOKED]);
    const [retained, revoked] = [confirm(0), confirm(1)];
    await expect(revoked).rejects.toThrow(OwnershipUnknownError);
    await scene.clock.advance(scene.broker.commitDelayMs);
    await expect(retained).resolves.toBeUndefined();
    scene.broker.reassign(scene.group, [true, true]);
    const again = confirm(1);
    await scene.clock.advance(scene.broker.commitDelayMs);
    await expect(again).resolves.toBeUndefined();
  });

  test('a partition that is given up starts only records below those that were already started', async () => {
    const { scene, drained } = await revoking();
    await scene.call(1).returns();
    await scene.clock.advance(scene.broker.commitDelayMs);
    await expect(drained).resolves.toBe(true);
    expect(scene.called).toEqual(['0', '0']);
    expect(scene.other.committed).toBe('1');
  });

  test('a partition that is given up although its handler is running commits nothing of it afterwards', async () => {
    const { scene, drained } = await revoking();
    await scene.clock.advance(60_000);
    await expect(drained).resolves.toBe(false);
    scene.broker.reassign(scene.group, [true, false]);
    expect(scene.call(1).signal.reason).toEqual(new PartitionLostError('t', 1));
    await scene.call(1).returns();
    await scene.committed();
    expect(scene.other.committed).toBe('0');
    expect(scene.broker.strayCommits).toEqual([]);
  });

  test('a partition that is retained after all continues where it was', async () => {
    const { scene, drained } = await revoking();
    await scene.call(1).returns();
    await scene.clock.advance(scene.broker.commitDelayMs);
    await drained;
    scene.broker.reassign(scene.group, [true, true]);
    await settled();
    expect(scene.called).toEqual(['0', '0', '1']);
    expect(scene.other.position).toBe('3');
  });

  test('a partition that is given up is not resumed when another one is lost or assigned during its drain', async () => {
    const { scene, drained } = await revoking();
    scene.broker.reassign(scene.group, [false, true]);
    scene.broker.reassign(scene.group, [true, true]);
    await scene.call(1).returns();
    await scene.clock.advance(2 * scene.broker.commitDelayMs);
    await expect(drained).resolves.toBe(true);
    expect(scene.called).toEqual(['0', '0']);
    expect(scene.other.committed).toBe('1');
    scene.broker.reassign(scene.group, [true, true]);
    await settled();
    expect(scene.called).toEqual(['0', '0', '1']);
  });

  test('a partition that is given up before its position is known starts nothing', async () => {
    const scene = new Scene('aa', { other: 'aa' });
    scene.group.assign([scene.partition, scene.other], false, 2);
    void scene.group.drain(1000, [REVOKED]);
    await scene.fetch();
    scene.broker.fetch(scene.group, scene.other, 1000);
    await settled();
    expect(scene.calls.map(({ records: [record] }) => record?.owner.partition)).toEqual([0]);
  });

  test('a partition that is given up does not keep a later drain of all partitions from ending', async () => {
    const { scene, drained } = await revoking();
    const all = scene.group.drain(60_000);
    await scene.call(0).returns();
    await scene.call(1).returns();
    await scene.clock.advance(2 * scene.broker.commitDelayMs);
    await expect(Promise.all([drained, all])).resolves.toEqual([true, true]);
  });
});

describe('partitions that are lost', () => {
  test('a partition that is lost is dropped at once, and the others are not', async () => {
    const scene = new Scene('a', { other: 'a' });
    await scene.fetch();
    scene.broker.fetch(scene.group, scene.other, 1000);
    await settled();
    scene.group.lose([REVOKED]);
    expect(scene.calls.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    await scene.call(0).returns();
    expect(await scene.committed()).toBe('1');
    expect(scene.group.assignedCount).toBe(1);
  });
});
