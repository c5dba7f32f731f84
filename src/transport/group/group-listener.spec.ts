import { describe, expect, test } from '@jest/globals';
import type { Logger } from '@nestjs/common';
import { OWN_ASSIGNOR } from '../../client/index.js';
import { type GroupPipeline, toOffset, type TopicPartition } from '../../pipeline/index.js';
import { GroupListener, type GroupListenerParts } from './group-listener.js';
import { StatusRecorder } from './group-status.js';
import type { MemberLog } from './member-log.js';
import type { RetryPurge } from './retry-purge.js';

/** A listener whose group takes in no fetched record, and the warnings that it logs. */
function listener(handled: readonly string[]) {
  const warnings: string[] = [];
  const parts = {
    groupId: 'g',
    pipeline: { receive: () => undefined } as unknown as GroupPipeline,
    recorder: new StatusRecorder('g', () => undefined),
    logger: { warn: (line: string) => warnings.push(line) } as unknown as Logger,
    hasHandler: (topic: string) => handled.includes(topic),
  } as unknown as GroupListenerParts;
  const group = new GroupListener(parts);
  const zero = toOffset(0);
  const fetch = (topic: string, partition = 0) =>
    group.fetched({ topic, partition, from: zero, records: [], next: zero, reachableOffset: zero });
  return { fetch, warnings };
}

describe('a member that gives up partitions', () => {
  const [orders, refunds] = [
    { topic: 'orders', partition: 0 },
    { topic: 'refunds', partition: 0 },
  ] as const;

  /** A member that reads two partitions, each of which waits at a batch that cannot be read. */
  function member() {
    const drained: (readonly TopicPartition[])[] = [];
    const lost: (readonly TopicPartition[])[] = [];
    const pipeline: unknown = {
      assign: () => undefined,
      drain: (_boundMs: number, partitions: readonly TopicPartition[]) => {
        drained.push(partitions);
        return Promise.resolve(true);
      },
      lose: (partitions: readonly TopicPartition[]) => void lost.push(partitions),
    };
    const recorder = new StatusRecorder('g', () => undefined);
    const silent: unknown = { log: () => undefined, warn: () => undefined, error: () => undefined };
    const parts: Partial<GroupListenerParts> = {
      pipeline: pipeline as GroupPipeline,
      recorder,
      config: { rebalanceTimeoutMs: 1000, autoOffsetReset: 'earliest' },
      logger: silent as Logger,
      retryPurge: { forget: () => undefined } as unknown as RetryPurge,
      members: { joined: () => undefined } as unknown as MemberLog,
      assignmentChanged: () => undefined,
    };
    const group = new GroupListener(parts as GroupListenerParts);
    const assign = (...assignment: readonly TopicPartition[]): void =>
      group.rebalanceEnded({
        memberId: 'm',
        generation: 1,
        assignment,
        continuous: true,
        unlike: [],
        assignor: OWN_ASSIGNOR,
      });
    assign(orders, refunds);
    recorder.running();
    for (const at of [orders, refunds]) group.batchUnreadable(at, `${at.topic} is damaged`);
    return { group, recorder, assign, drained, lost };
  }

  test('a member that gives up one of its partitions keeps running, and still reports the problems of the others', async () => {
    const { group, recorder, assign, drained } = member();
    await group.revoking([refunds]);
    expect(drained).toEqual([[refunds]]);
    expect(recorder.status.phase).toBe('running');
    assign(orders);
    expect(recorder.status).toMatchObject({ phase: 'running', assignment: [orders] });
    expect([...recorder.status.unreadableBatches.values()]).toEqual(['orders is damaged']);
  });

  test('a member that gives up all of its partitions is rebalancing until it has others', async () => {
    const { group, recorder, assign } = member();
    await group.revoking([refunds, orders]);
    expect(recorder.status.phase).toBe('rebalancing');
    assign();
    expect(recorder.status.phase).toBe('running');
  });

  test('a member that loses a partition drops it without a drain', () => {
    const { group, recorder, drained, lost } = member();
    group.lost([orders]);
    expect({ drained, lost }).toEqual({ drained: [], lost: [[orders]] });
    expect(recorder.status.phase).toBe('running');
  });
});

test('a warning says once that a topic is fetched without a handler, and what to do', () => {
  const { fetch, warnings } = listener([]);
  expect(fetch('a')).toBeUndefined();
  fetch('a');
  fetch('a', 1);
  fetch('b');
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^a: group g .* no handler .*: add a @KafkaHandler/);
  expect(warnings[1]).toMatch(/^b: /);
});

test('no warning is logged for a topic with a handler if the in-flight limits admit none of its records', () => {
  const { fetch, warnings } = listener(['a']);
  expect(fetch('a')).toBeUndefined();
  expect(warnings).toEqual([]);
});
