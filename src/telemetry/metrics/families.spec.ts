import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { CallTimes } from '../../pipeline/index.js';
import { callHistogram, counter, gauge, NO_LABELS } from './families.js';

const family = { name: 'n', help: 'h', labelNames: ['group', 'topic', 'outcome'] } as const;
const shared = { group: 'g', topic: 'a"b' };

test('a sample is exported with its own and its shared labels, escaped', async () => {
  const registry = new Registry();
  counter(registry, family, () => [[{ outcome: 'handled' }, 2, shared]]);
  expect(await registry.metrics()).toContain('n{outcome="handled",group="g",topic="a\\"b"} 2');
});

test('a sample may have only shared labels, or only its own', async () => {
  const registry = new Registry();
  gauge(registry, family, () => [
    [NO_LABELS, 1, shared],
    [{ group: 'h', topic: 't' }, 3],
  ]);
  const text = await registry.metrics();
  expect(text).toContain('n{group="g",topic="a\\"b"} 1');
  expect(text).toContain('n{group="h",topic="t"} 3');
});

test('a series without a sample is no longer exported', async () => {
  const registry = new Registry();
  let samples = [[NO_LABELS, 1, shared] as const];
  gauge(registry, family, () => samples);
  expect(await registry.metrics()).toContain('} 1');
  samples = [];
  expect(await registry.metrics()).not.toContain('} 1');
});

test('a histogram shares the labels of its buckets', async () => {
  const registry = new Registry();
  const times = new CallTimes();
  times.add(7);
  callHistogram(registry, family, () => [[NO_LABELS, times, { group: 'g', topic: 't' }]]);
  const text = await registry.metrics();
  expect(text).toContain('n_bucket{le="0.01",group="g",topic="t"} 1');
  expect(text).toContain('n_count{group="g",topic="t"} 1');
});
