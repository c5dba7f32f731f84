import { describe, expect, test } from '@jest/globals';
import { Scene } from './testing/scene.js';
import { settled, shortTurn } from './testing/virtual-time.js';

describe('synchronous handlers', () => {
  test('synchronous handlers yield to the event loop, and continue in its next turn', async () => {
    const handled: string[] = [];
    const scene = new Scene('-'.repeat(10), {
      invoke: ({ offset }) => void handled.push(offset),
      turnOf: (clock) => shortTurn(clock, 4),
    });
    await scene.fetch();
    expect(handled).toHaveLength(4);
    expect(scene.pipeline.busy).toBe(true);
    await scene.clock.advance(1);
    expect(handled).toHaveLength(8);
    await scene.clock.advance(1);
    expect(handled).toHaveLength(10);
    expect(scene.pipeline.busy).toBe(false);
    expect(await scene.committed()).toBe('10');
  });

  test('synchronous handlers let a drain end, even if they finished while the turn was ending', async () => {
    const scene = new Scene('ab', { invoke: () => settled(), turnOf: (clock) => shortTurn(clock, 1) });
    await scene.committed();
    await scene.fetch();
    const drained = scene.group.drain(10_000);
    await scene.clock.advance(20);
    await expect(drained).resolves.toBe(true);
    expect(scene.partition.committed).toBe('1');
  });

  test('synchronous handlers are not called in a later turn if their partition was lost meanwhile', async () => {
    const handled: string[] = [];
    const scene = new Scene('----', {
      invoke: ({ offset }) => void handled.push(offset),
      turnOf: (clock) => shortTurn(clock, 2),
    });
    await scene.fetch();
    scene.group.loseAll();
    await scene.clock.advance(100);
    expect(handled).toEqual(['0', '1']);
  });

  test('synchronous handlers do not overflow the stack, for any number of calls', async () => {
    const count = 100_000;
    let handled = 0;
    const scene = new Scene('a'.repeat(count), { invoke: () => void handled++, limit: count });
    await scene.fetch(count);
    expect(handled).toBe(count);
  });
});

test('batches yield to the event loop too', async () => {
  const scene = new Scene('abcd', {
    read: 'batch',
    order: 'key',
    maxRecords: 1,
    turnOf: (clock) => shortTurn(clock, 2),
  });
  await scene.fetch();
  expect(scene.called).toEqual(['0', '1']);
  await scene.clock.advance(1);
  expect(scene.called).toEqual(['0', '1', '2', '3']);
});
