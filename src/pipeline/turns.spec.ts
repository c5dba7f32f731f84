import { describe, expect, test } from '@jest/globals';
import { Scene } from './testing/scene.js';
import { settled, shortTurn } from './testing/virtual-time.js';

describe('handlers that never wait', () => {
  test('leave the event loop its turns, and continue after each', async () => {
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

  test('tell a drain that they are done, also when that was while a turn had to end', async () => {
    const scene = new Scene('ab', { invoke: () => settled(), turnOf: (clock) => shortTurn(clock, 1) });
    await scene.committed();
    await scene.fetch();
    const drained = scene.group.drain(10_000);
    await scene.clock.advance(20);
    await expect(drained).resolves.toBe(true);
    expect(scene.partition.committed).toBe('1');
  });

  test('are not called in a turn that comes after their partition was lost', async () => {
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

  test('do not pile up on the stack, however many there are', async () => {
    const count = 100_000;
    let handled = 0;
    const scene = new Scene('a'.repeat(count), { invoke: () => void handled++, limit: count });
    await scene.fetch(count);
    expect(handled).toBe(count);
  });
});

test('batches start in turns as well', async () => {
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
