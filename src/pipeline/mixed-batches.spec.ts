import { describe, expect, test } from '@jest/globals';
import { DependencyUnavailableError } from './errors/unavailable.error.js';
import { Scene, type SceneOptions } from './testing/scene.js';

const fine = { status: 'fulfilled', value: undefined };
const away = { status: 'rejected', reason: new DependencyUnavailableError('the database is away') };
const bad = { status: 'rejected', reason: new Error('bad') };

/** A batch of one lane: one record waits for a dependency, and a later one fails for good and cannot be stored. */
async function mixed(options: SceneOptions): Promise<Scene> {
  const scene = new Scene('aaa', {
    read: 'batch',
    order: 'partition',
    concurrency: 1,
    maxRecords: 3,
    attempts: 1,
    ...options,
  });
  scene.storeErrors.push(...Array.from({ length: 100 }, () => new Error('no dead-letter topic')));
  await scene.fetch();
  await scene.call(0).returns([fine, away, bad]);
  return scene;
}

describe('a record that waits for a dependency, before a record of its batch that fails for good', () => {
  test('a record that waits for a dependency is handled and committed once it is available, although a later record of its batch stops the partition', async () => {
    const scene = await mixed({ onFailure: 'stop' });
    await scene.clock.advance(10_000);
    expect(scene.called).toEqual(['0,1,2', '1']);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('2');
  });

  test('a record that waits for a dependency does not wait until a later record of its batch can be stored', async () => {
    const scene = await mixed({ onFailure: 'dead-letter' });
    await scene.clock.advance(10_000);
    expect(scene.called).toEqual(['0,1,2', '1']);
    await scene.call(1).returns();
    expect(await scene.committed()).toBe('2');
  });
});

describe('a record of a batch that waited for a dependency', () => {
  test('a record of a batch that waited for a dependency is no longer reported as waiting once its handler has committed it, although the call fails', async () => {
    const scene = new Scene('ab', {
      read: 'batch',
      order: 'key',
      commit: 'manual',
      maxRecords: 2,
    });
    await scene.fetch();
    await scene.clock.advance(100);
    await scene.call(0).fails(new DependencyUnavailableError('away'));
    expect(scene.pipeline.status.problems.map(({ record }) => record.offset)).toEqual(['0']);
    await scene.clock.advance(5_000);
    const [first] = scene.call(1).records;
    if (first) scene.pipeline.owner.acknowledge([first]);
    await scene.call(1).fails(new DependencyUnavailableError('away'));
    expect(scene.pipeline.status.problems.map(({ record }) => record.offset)).toEqual(['1']);
    await scene.clock.advance(5_000);
    await scene.call(2).returns();
    expect(scene.pipeline.status.problems).toEqual([]);
  });
});
