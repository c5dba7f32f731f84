import { describe, expect, test } from '@jest/globals';
import { Usage } from './records/in-flight-limiter.js';
import type { FetchedRecord } from './records/fetched.js';
import { toOffset } from './records/offset.js';
import { Scene } from './testing/scene.js';

describe('a partition above its in-flight limit', () => {
  test('a partition above its in-flight limit is paused, and resumed once it has drained to half of its limit', async () => {
    const scene = new Scene('-'.repeat(30), { limit: 8 });
    await scene.fetch(8);
    expect(scene.partition.paused).toBe(true);
    for (let at = 0; at < 4; at++) {
      expect(scene.partition.paused).toBe(true);
      await scene.call(at).returns();
    }
    expect(scene.partition.paused).toBe(true);
    await scene.call(4).returns();
    expect(scene.partition.paused).toBe(false);
  });

  test('a partition above its in-flight limit takes only its share of a fetch if it may not take the whole fetch', async () => {
    const scene = new Scene('-'.repeat(30), { limit: 8, concurrency: 30 });
    await scene.fetch(3);
    await scene.fetch(20);
    expect(scene.calls).toHaveLength(8);
    expect(scene.pipeline).toMatchObject({ position: '8', paused: true });
    for (let at = 0; at < 8; at++) await scene.call(at).returns();
    await scene.fetch(20);
    expect(scene.called.slice(8, 10)).toEqual(['8', '9']);
  });

  test('a partition above its in-flight limit takes a whole fetch above the limit, so that the rest need not be fetched again', async () => {
    const scene = new Scene('-'.repeat(30), { limit: 8, concurrency: 30 });
    await scene.fetch(30);
    expect(scene.calls).toHaveLength(30);
    expect(scene.partition.paused).toBe(true);
  });
});

describe('a partition that is paused above its in-flight limit', () => {
  test('a partition that is paused above its in-flight limit is resumed once the process has room, although none of its own records settles', async () => {
    const scene = new Scene('aaaaaaaaaabcdefgh', { limit: 100 });
    const others = new Usage();
    scene.limiter.share(10);
    for (let each = 0; each < 90; each++) scene.limiter.add(others, 1);
    // Its share is ten: ten records of one key, whose first fails again and again.
    await scene.fetch(10);
    expect(scene.partition.paused).toBe(true);
    for (let each = 0; each < 90; each++) scene.limiter.remove(others, 1);
    expect(scene.partition.paused).toBe(false);
    for (let second = 0; second < 60; second++) {
      await scene.call(-1).fails();
      await scene.clock.advance(1_000);
      await scene.fetch();
    }
    expect(new Set(scene.called)).toEqual(new Set(['0', '10', '11', '12', '13', '14', '15', '16']));
  });

  test('a partition that is paused above its in-flight limit is resumed once its share has grown, although the process has no room', async () => {
    const scene = new Scene('-'.repeat(30), { limit: 100, concurrency: 30 });
    scene.limiter.share(10);
    for (let each = 0; each < 90; each++) scene.limiter.add(new Usage(), 1);
    await scene.fetch(10);
    expect(scene.partition.paused).toBe(true);
    scene.limiter.share(2);
    expect(scene.partition.paused).toBe(false);
  });

  test('a partition that is paused above its in-flight limit is no longer re-checked once it belongs to another member', async () => {
    const scene = new Scene('-'.repeat(30), { limit: 8, concurrency: 30 });
    await scene.fetch(8);
    scene.group.loseAll();
    expect(() => scene.limiter.share(2)).not.toThrow();
    expect(scene.limiter.total.records).toBe(0);
  });
});

test('a fetch above the in-flight limit is taken in up to twice the limit', () => {
  const COUNT = 100_000;
  const scene = new Scene('', { limit: 10_000, invoke: () => new Promise(() => undefined) });
  const records = Array.from({ length: COUNT }, (_, at): FetchedRecord => {
    return { offset: toOffset(at), key: null, value: null, timestamp: '0', byteLength: 0 };
  });
  const at = { topic: 't', partition: 0, from: toOffset(0) };
  const taken = scene.group.receive({
    ...at,
    records,
    next: toOffset(COUNT),
    reachableOffset: toOffset(COUNT),
  });
  expect(scene.limiter.total.records).toBe(20_000);
  expect(taken).toMatchObject({ offset: '19999' });
});

test('records count with the bytes of their headers', () => {
  const scene = new Scene('', { invoke: () => new Promise(() => undefined) });
  const headers = { large: Buffer.alloc(1_000_000), several: ['ab', null, Buffer.alloc(3)] };
  const record = {
    offset: toOffset(0),
    key: Buffer.from('k'),
    value: Buffer.from('{}'),
    timestamp: '0',
    headers,
  };
  const at = { topic: 't', partition: 0, from: toOffset(0), next: toOffset(1), reachableOffset: toOffset(1) };
  scene.group.receive({ ...at, records: [record] });
  expect(scene.limiter.total.bytes).toBe(1 + 2 + 5 + 1_000_000 + 3 * 7 + 2 + 3);
});

describe('a partition far ahead of a record that does not finish', () => {
  // Ten times the limit, divided among at least four partitions.
  const LIMIT = 20;
  const AHEAD = 50;

  /** The handler of the first record never returns; all others succeed at once. */
  async function ahead(most: number): Promise<Scene> {
    const scene: Scene = new Scene('-'.repeat(100), {
      limit: LIMIT,
      invoke: ({ offset }) => (offset === '0' ? stuck : undefined),
    });
    for (let taken = 0; taken < most; taken += 10) await scene.fetch(10);
    return scene;
  }
  let finish: () => void = () => undefined;
  const stuck = new Promise<void>((resolve) => {
    finish = resolve;
  });

  test('a partition far ahead of a record that does not finish is paused, although almost nothing is in flight, and continues once the record is settled', async () => {
    const scene = await ahead(AHEAD - 10);
    expect(scene.partition.paused).toBe(false);
    await scene.fetch(10);
    expect(scene.partition.paused).toBe(true);
    expect(scene.limiter.total.records).toBe(1);
    expect(scene.pipeline.position).toBe(String(AHEAD));
    finish();
    expect(await scene.committed()).toBe(String(AHEAD));
    expect(scene.partition.paused).toBe(false);
  });
});

test('the status says for how long the committable offset has not moved although records are in flight', async () => {
  const scene = new Scene('ab');
  expect(scene.pipeline.status.stalledForMs).toBe(0);
  await scene.fetch();
  await scene.clock.advance(700);
  await scene.call(1).returns();
  expect(scene.pipeline.status.stalledForMs).toBe(700);
  await scene.call(0).returns();
  expect(scene.pipeline.status).toMatchObject({ stalledForMs: 0 });
});
