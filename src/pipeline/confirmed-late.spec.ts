import { describe, expect, test } from '@jest/globals';
import { DependencyUnavailableError } from './errors/unavailable.error.js';
import { PermanentError } from './errors/permanent.error.js';
import { RETRY_MS, Scene } from './testing/scene.js';

const deadLetterLimit = { consecutive: 2, ratio: 0.5, window: 10 };

/** Two keys; the first record has failed and waits for its retry. */
async function failing(error?: Error): Promise<Scene> {
  const scene = new Scene('ab', { commit: 'manual', attempts: 5, deadLetterLimit });
  await scene.fetch();
  await scene.call(0).fails(error);
  return scene;
}

describe('a record that failed and is confirmed later by work that its handler left running', () => {
  test('a record that failed and is confirmed later by work that its handler left running is not retried, and counts as recovered for the circuit breaker', async () => {
    const scene = await failing();
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    await scene.clock.advance(RETRY_MS);
    expect(scene.called).toEqual(['0', '1']);
    await scene.call(1).fails(new PermanentError('bad'));
    expect(scene.stored).toEqual(['dead-letter 1']);
  });

  test('a record that failed and is confirmed later by work that its handler left running is no longer stored as a dead letter, nor reported as not stored', async () => {
    const scene = await failing();
    scene.storeErrors.push(new Error('the topic takes nothing'));
    await scene.clock.advance(RETRY_MS);
    await scene.call(2).fails(new PermanentError('bad'));
    expect(scene.pipeline.status.problems).toMatchObject([{ kind: 'not stored' }]);
    scene.pipeline.owner.acknowledge(scene.call(2).records);
    await scene.clock.advance(20_000);
    expect(scene.stored).toEqual([]);
    expect(scene.pipeline.status.problems).toEqual([]);
  });

  test('a record that failed and is confirmed later by work that its handler left running is no longer reported as waiting for a dependency', async () => {
    const scene = await failing(new DependencyUnavailableError('away'));
    scene.pipeline.owner.acknowledge(scene.call(0).records);
    await scene.clock.advance(5_000);
    expect(scene.pipeline.status.problems).toEqual([]);
  });
});
