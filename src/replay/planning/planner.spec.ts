import { describe, expect, it } from '@jest/globals';
import { toOffset } from '../../pipeline/index.js';
import { keyPartition, UnknownTopicError } from '../../client/index.js';
import { type DeadLetter, HEADERS } from '../../redelivery/index.js';
import { ReplayPlanner, type PlannerOptions } from './planner.js';
import { destinationOf, toOutgoing, toReplayRecord } from './replay-record.js';
import { someDeadLetter } from '../testing/some-dead-letter.js';

const reader = {
  bounds: (topic: string) =>
    topic === 'gone'
      ? Promise.reject(new UnknownTopicError(topic))
      : Promise.resolve([{ partition: 0, start: toOffset(0), end: toOffset(0) }]),
};

function planOf(settings: Partial<DeadLetter>, options: Partial<PlannerOptions> = {}, replayed = false) {
  const planner = new ReplayPlanner(reader, {
    filter: {},
    to: undefined,
    maxReplays: 3,
    transform: undefined,
    mayReplayTo: (_, group) => group === 'g',
    ...options,
  });
  return planner.plan({ deadLetter: someDeadLetter(settings), replayed });
}

describe('planning a replay', () => {
  it('a replay sends a record to its original topic and partition', async () => {
    expect(await planOf({})).toMatchObject({ action: 'replay', destination: { topic: 't', partition: 0 } });
  });

  it('a replay sends a record to the partition of its key if its original partition does not exist', () => {
    const deadLetter = someDeadLetter({ originalPartition: 9 });
    const to = destinationOf(deadLetter, toReplayRecord(deadLetter), 't', new Set([0, 1, 2]));
    expect(to).toEqual({ topic: 't', partition: keyPartition(Buffer.from('k'), 3) });
    const keyless = someDeadLetter({ originalPartition: 4, key: null });
    expect(destinationOf(keyless, toReplayRecord(keyless), 't', new Set([0, 1, 2])).partition).toBe(1);
  });

  it('a replay sends a record with a changed key to the partition of the new key', () => {
    const deadLetter = someDeadLetter({});
    for (const key of ['a', 'b', 'c', 'd'].map((text) => Buffer.from(text))) {
      const to = destinationOf(deadLetter, { ...toReplayRecord(deadLetter), key }, 't', new Set([0, 1, 2]));
      expect(to.partition).toBe(keyPartition(key, 3));
    }
  });

  it.each<[string, Partial<DeadLetter>, Partial<PlannerOptions>, string]>([
    ['was replayed as often as allowed', { replays: 3 }, {}, 'max-replays'],
    ['was replayed more often than allowed', { replays: 9 }, {}, 'max-replays'],
    ['names no original topic', { originalTopic: undefined }, {}, 'no-original-topic'],
    ['goes to a topic that does not exist', { originalTopic: 'gone' }, {}, 'unknown-topic'],
    ['belongs to a group without a handler', { group: 'other' }, {}, 'no-handler'],
    ['has only a part of its value', { cut: [{ part: 'value', fromBytes: 9_000 }] }, {}, 'truncated'],
    ['has only a part of its key', { cut: [{ part: 'key', fromBytes: 9_000 }] }, {}, 'truncated'],
    ['has only a part of its headers', { cut: [{ part: 'headers', fromBytes: 9_000 }] }, {}, 'truncated'],
    [
      'has a transform that returns the truncated value unchanged',
      { cut: [{ part: 'value', fromBytes: 9_000 }] },
      {
        transform: (_letter, record) =>
          Promise.resolve({ ...record, value: Buffer.from(record.value ?? '') }),
      },
      'truncated',
    ],
    [
      'has a transform that returns the whole value but not the whole key',
      { cut: (['value', 'key'] as const).map((part) => ({ part, fromBytes: 9_000 })) },
      { transform: (_letter, record) => Promise.resolve({ ...record, value: Buffer.from('whole') }) },
      'truncated',
    ],
    ['its transform skips', {}, { transform: () => Promise.resolve(null) }, 'transform-null'],
    [
      'makes its transform fail',
      {},
      { transform: () => Promise.reject(new Error('no')) },
      'transform-failed',
    ],
  ])('a replay skips a record that %s', async (_, settings, options, reason) => {
    expect(await planOf(settings, options)).toMatchObject({ action: 'skip', reason });
  });

  it('a replay sends a record of a group without a handler to another topic, where every group handles it', async () => {
    expect(await planOf({ group: 'other' }, { to: 'elsewhere' })).toMatchObject({ action: 'replay' });
  });

  it('a replay sends a truncated record if a transform sets its whole value', async () => {
    const transform = (_: DeadLetter, record: ReturnType<typeof toReplayRecord>) =>
      Promise.resolve({ ...record, value: Buffer.from('whole') });
    expect(await planOf({ cut: [{ part: 'value', fromBytes: 9_000 }] }, { transform })).toMatchObject({
      action: 'replay',
    });
  });

  it('a replay counts as already replayed only records that the filter selects', async () => {
    expect(await planOf({}, {}, true)).toEqual({ action: 'ignore', replayed: true });
    expect(await planOf({}, { filter: { reason: 'Other' } }, true)).toEqual({
      action: 'ignore',
      replayed: false,
    });
    expect(
      await planOf({}, { filter: { key: 'k', since: 0, originalTopic: 't', reason: 'TypeError' } }),
    ).toMatchObject({
      action: 'replay',
    });
  });
});

describe('a record that is sent back', () => {
  it('a replayed record names the group that failed, only in its original topic, and counts its replays', () => {
    const deadLetter = someDeadLetter({ replays: 1, headers: { own: null } });
    const record = toReplayRecord(deadLetter);
    const back = toOutgoing(deadLetter, record, destinationOf(deadLetter, record, 't', new Set([0])));
    expect(back.headers).toEqual({
      own: null,
      'dlt-replays': '2',
      'dlt-replay-for': 'g',
      'dlt-replay-of': 't.dlt/0/0',
      'dlt-replay-digest': expect.any(String),
    });
    const elsewhere = toOutgoing(
      deadLetter,
      record,
      destinationOf(deadLetter, record, 'other', new Set([0])),
    );
    expect(Object.keys(elsewhere.headers ?? {})).toEqual([
      'own',
      'dlt-replays',
      'dlt-replay-of',
      'dlt-replay-digest',
    ]);
  });

  it('a replayed record has no headers of this service that a transform set', () => {
    const deadLetter = someDeadLetter({});
    const headers = Object.fromEntries(Object.values(HEADERS).map((name) => [name, 'forged']));
    const to = destinationOf(deadLetter, toReplayRecord(deadLetter), 't', new Set([0]));
    const sent = toOutgoing(
      deadLetter,
      { ...toReplayRecord(deadLetter), headers: { ...headers, own: 'x' } },
      to,
    );
    expect(Object.values(sent.headers ?? {})).not.toContain('forged');
    expect(sent.headers?.['own']).toBe('x');
  });
});
