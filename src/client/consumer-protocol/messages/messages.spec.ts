import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { consumerGroupHeartbeat, UNCHANGED_TIMEOUT } from './consumer-group-heartbeat.js';
import { BrokerAnswerError, errorName } from './error-codes.js';
import { fetch } from './fetch.js';
import { findCoordinator } from './find-coordinator.js';
import { EARLIEST, listOffsets } from './list-offsets.js';
import { metadata } from './metadata.js';
import { offsetCommit } from './offset-commit.js';
import { offsetFetch } from './offset-fetch.js';
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.js';
import { missingVersions } from './required-versions.js';

/** Made by `testing/golden-bytes.mjs` with another client. */
const golden = JSON.parse(
  readFileSync(new URL('testing/golden-bytes.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;

const topicId = '00112233445566778899aabbccddeeff';
const member = { groupId: 'orders', memberId: 'member-1', instanceId: null };
const unchanged = {
  ...member,
  memberEpoch: 7,
  rackId: null,
  rebalanceTimeoutMs: UNCHANGED_TIMEOUT,
  subscribedTopicNames: null,
  serverAssignor: null,
  topicPartitions: null,
};

describe('each message has the bytes that another client writes', () => {
  test.each([
    [
      'join',
      consumerGroupHeartbeat.write({
        ...member,
        memberEpoch: 0,
        instanceId: 'pod-0',
        rackId: 'rack-a',
        rebalanceTimeoutMs: 60_000,
        subscribedTopicNames: ['orders', 'zahlungen-ü'],
        serverAssignor: 'uniform',
        topicPartitions: [],
      }),
    ],
    ['heartbeat', consumerGroupHeartbeat.write(unchanged)],
    [
      'acknowledge',
      consumerGroupHeartbeat.write({ ...unchanged, topicPartitions: [{ topicId, partitions: [0, 258] }] }),
    ],
    [
      'OffsetCommit',
      offsetCommit.write({
        ...member,
        memberEpoch: 7,
        topics: [{ topic: 'orders', partitions: [{ partition: 3, offset: 5_000_000_000n, leaderEpoch: 2 }] }],
      }),
    ],
    [
      'OffsetFetch',
      offsetFetch.write({ ...member, memberEpoch: 7, topics: [{ topic: 'orders', partitions: [0, 3] }] }),
    ],
    ['FindCoordinator', findCoordinator.write({ groupId: 'orders' })],
    ['Metadata', metadata.write({ names: ['orders'], ids: [topicId] })],
    [
      'ListOffsets',
      listOffsets.write({
        isolationLevel: 1,
        topics: [
          { topic: 'orders', partitions: [{ partition: 3, currentLeaderEpoch: 9, timestamp: EARLIEST }] },
        ],
      }),
    ],
    [
      'OffsetForLeaderEpoch',
      offsetForLeaderEpoch.write({
        topics: [{ topic: 'orders', partitions: [{ partition: 3, currentLeaderEpoch: 9, leaderEpoch: 8 }] }],
      }),
    ],
    [
      'Fetch',
      fetch.write({
        maxWaitMs: 500,
        minBytes: 1,
        maxBytes: 10_000_000,
        isolationLevel: 1,
        rackId: 'rack-a',
        topics: [
          {
            topicId,
            partitions: [
              { partition: 3, currentLeaderEpoch: 9, fetchOffset: 5_000_000_000n, maxBytes: 1_000_000 },
            ],
          },
        ],
      }),
    ],
  ])('%s', (name, bytes) => {
    expect(bytes.toString('hex')).toBe(golden[`${name} request`]);
  });
});

const answerOf = (name: string): Buffer => Buffer.from(golden[`${name} answer`] ?? '', 'hex');

const READERS: readonly (readonly [name: string, read: (bytes: Buffer) => object, expected: object])[] = [
  [
    'assignment',
    consumerGroupHeartbeat.read,
    {
      throttleTimeMs: 3,
      errorCode: 0,
      errorMessage: null,
      memberEpoch: 8,
      heartbeatIntervalMs: 5000,
      assignment: [{ topicId, partitions: [1, 2] }],
    },
  ],
  ['unchanged', consumerGroupHeartbeat.read, { memberEpoch: 8, heartbeatIntervalMs: 5000, assignment: null }],
  [
    'OffsetCommit',
    offsetCommit.read,
    { topics: [{ topic: 'orders', partitions: [{ partition: 3, errorCode: 0 }] }] },
  ],
  [
    'OffsetFetch',
    offsetFetch.read,
    {
      errorCode: 0,
      topics: [
        {
          topic: 'orders',
          partitions: [{ partition: 3, offset: 5_000_000_000n, leaderEpoch: 2, errorCode: 0 }],
        },
      ],
    },
  ],
  ['FindCoordinator', findCoordinator.read, { nodeId: 2, errorCode: 0, errorMessage: null }],
  [
    'Metadata',
    metadata.read,
    {
      topics: [
        {
          errorCode: 0,
          topic: 'orders',
          topicId,
          partitions: [
            { partition: 0, leaderId: 1, leaderEpoch: 9 },
            { partition: 1, leaderId: 1, leaderEpoch: 9 },
          ],
        },
      ],
    },
  ],
  [
    'ListOffsets',
    listOffsets.read,
    {
      topics: [
        { topic: 'orders', partitions: [{ partition: 3, errorCode: 0, offset: 41n, leaderEpoch: 2 }] },
      ],
    },
  ],
  [
    'OffsetForLeaderEpoch',
    offsetForLeaderEpoch.read,
    {
      topics: [
        { topic: 'orders', partitions: [{ partition: 3, errorCode: 0, leaderEpoch: 8, endOffset: 40n }] },
      ],
    },
  ],
  [
    'Fetch',
    fetch.read,
    {
      errorCode: 0,
      topics: [
        {
          topicId,
          partitions: [
            {
              partition: 3,
              errorCode: 0,
              highWatermark: 50n,
              lastStableOffset: 45n,
              logStartOffset: 10n,
              preferredReadReplica: 2,
              aborted: [{ producerId: '1000', firstOffset: 44n }],
              currentLeader: { leaderId: 2, leaderEpoch: 10 },
              log: Buffer.alloc(0),
            },
          ],
        },
      ],
    },
  ],
];

describe('each answer is read as another client reads it', () => {
  test.each(READERS)('%s', (name, read, expected) => {
    expect(read(answerOf(name))).toMatchObject(expected);
  });
});

test('an answer that is cut off anywhere is an error, never a shorter answer', () => {
  for (const [name, read] of READERS) {
    const whole = answerOf(name);
    // Nothing is read of the tagged fields at the very end.
    for (let length = 0; length < whole.length - 2; length++)
      expect(() => read(whole.subarray(0, length))).toThrow(/expected|end|range|bounds/);
  }
});

test('a broker that lacks one of the requests is told from one that has all of them', () => {
  const all = Object.fromEntries(
    [1, 2, 3, 8, 9, 10, 23, 68].map((apiKey) => [apiKey, { minVersion: 0, maxVersion: 17 }]),
  );
  expect(missingVersions(all)).toEqual([]);
  expect(missingVersions({ ...all, 68: { minVersion: 0, maxVersion: 0 } })).toEqual([
    'ConsumerGroupHeartbeat v1',
  ]);
  expect(missingVersions({ ...all, 8: { minVersion: 10, maxVersion: 12 } })).toEqual(['OffsetCommit v9']);
  expect(missingVersions({})).toHaveLength(8);
});

test('an error of an answer has the name that Kafka gives it, and the number if it is not known', () => {
  expect(errorName(0)).toBe('NONE');
  expect(errorName(110)).toBe('FENCED_MEMBER_EPOCH');
  expect(errorName(30_000)).toBe('ERROR_30000');
  expect(new BrokerAnswerError('STALE_MEMBER_EPOCH', 'OffsetCommit', 'orders[1]')).toMatchObject({
    type: 'STALE_MEMBER_EPOCH',
    message: 'OffsetCommit was answered with STALE_MEMBER_EPOCH: orders[1]',
  });
});
