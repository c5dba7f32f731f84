// Writes golden-bytes.json: the messages of messages.spec.ts, encoded by another client, @platformatic/kafka 2.12.1.
// Requests come from its own encoders. Answers, which a client only reads, are written with its Writer field by field,
// and must be read by its parsers to the same values. To repeat it, from the root of the repository:
//
//   npm ci --prefix benchmarks
//   node src/client/consumer-protocol/messages/testing/golden-bytes.mjs
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

const client = new URL('../../../../../benchmarks/node_modules/@platformatic/kafka/dist/', import.meta.url);
const load = (path) => import(new URL(path, client));
const { Writer } = await load('protocol/writer.js');
const { Reader } = await load('protocol/reader.js');

const ID = '00112233-4455-6677-8899-aabbccddeeff';
/** The header of a flexible request or answer ends with tagged fields: none. */
const hex = (writer) => `00${writer.buffer.toString('hex')}`;
const golden = {};

async function question(name, path, ...fields) {
  const { createRequest } = await load(`apis/${path}.js`);
  golden[`${name} request`] = hex(createRequest(...fields));
}

async function answer(name, path, write, expected) {
  const writer = Writer.create();
  write(writer);
  const { parseResponse } = await load(`apis/${path}.js`);
  const read = parseResponse(0, 0, 0, Reader.from(Buffer.from(writer.buffer)));
  assert.deepEqual(JSON.parse(JSON.stringify(read, text)), expected);
  golden[`${name} answer`] = hex(writer);
}

const text = (_, value) => (typeof value === 'bigint' ? String(value) : value);

const heartbeat = 'consumer/consumer-group-heartbeat-v1';
await question(
  'join',
  heartbeat,
  'orders',
  'member-1',
  0,
  'pod-0',
  'rack-a',
  60_000,
  ['orders', 'zahlungen-ü'],
  null,
  'uniform',
  [],
);
await question('heartbeat', heartbeat, 'orders', 'member-1', 7, null, null, -1, null, null, null, null);
await question('acknowledge', heartbeat, 'orders', 'member-1', 7, null, null, -1, null, null, null, [
  { topicId: ID, partitions: [0, 258] },
]);
await answer(
  'assignment',
  heartbeat,
  (w) =>
    w
      .appendInt32(3)
      .appendInt16(0)
      .appendString(null)
      .appendString('member-1')
      .appendInt32(8)
      .appendInt32(5000)
      .appendInt8(1)
      .appendArray(
        [0],
        () =>
          w
            .appendUUID(ID)
            .appendArray([1, 2], (_, p) => w.appendInt32(p), true, false)
            .appendTaggedFields(),
        true,
        false,
      )
      .appendTaggedFields()
      .appendTaggedFields(),
  {
    throttleTimeMs: 3,
    errorCode: 0,
    errorMessage: null,
    memberId: 'member-1',
    memberEpoch: 8,
    heartbeatIntervalMs: 5000,
    assignment: { topicPartitions: [{ topicId: ID, partitions: [1, 2] }] },
  },
);
await answer(
  'unchanged',
  heartbeat,
  (w) =>
    w
      .appendInt32(0)
      .appendInt16(0)
      .appendString(null)
      .appendString('member-1')
      .appendInt32(8)
      .appendInt32(5000)
      .appendInt8(-1)
      .appendTaggedFields(),
  {
    throttleTimeMs: 0,
    errorCode: 0,
    errorMessage: null,
    memberId: 'member-1',
    memberEpoch: 8,
    heartbeatIntervalMs: 5000,
    assignment: null,
  },
);

await question('OffsetCommit', 'consumer/offset-commit-v9', 'orders', 7, 'member-1', null, [
  {
    name: 'orders',
    partitions: [
      { partitionIndex: 3, committedOffset: 5_000_000_000n, committedLeaderEpoch: 2, committedMetadata: '' },
    ],
  },
]);
await answer(
  'OffsetCommit',
  'consumer/offset-commit-v9',
  (w) =>
    w
      .appendInt32(0)
      .appendArray(['orders'], (_, name) =>
        w.appendString(name).appendArray([3], (__, p) => w.appendInt32(p).appendInt16(0)),
      )
      .appendTaggedFields(),
  { throttleTimeMs: 0, topics: [{ name: 'orders', partitions: [{ partitionIndex: 3, errorCode: 0 }] }] },
);

await question(
  'OffsetFetch',
  'consumer/offset-fetch-v9',
  [
    {
      groupId: 'orders',
      memberId: 'member-1',
      memberEpoch: 7,
      topics: [{ name: 'orders', partitionIndexes: [0, 3] }],
    },
  ],
  true,
);
await answer(
  'OffsetFetch',
  'consumer/offset-fetch-v9',
  (w) =>
    w
      .appendInt32(0)
      .appendArray(['orders'], (_, group) =>
        w
          .appendString(group)
          .appendArray(['orders'], (__, name) =>
            w
              .appendString(name)
              .appendArray([3], (___, p) =>
                w
                  .appendInt32(p)
                  .appendInt64(5_000_000_000n)
                  .appendInt32(2)
                  .appendString('note')
                  .appendInt16(0),
              ),
          )
          .appendInt16(0),
      )
      .appendTaggedFields(),
  {
    throttleTimeMs: 0,
    groups: [
      {
        groupId: 'orders',
        topics: [
          {
            name: 'orders',
            partitions: [
              {
                partitionIndex: 3,
                committedOffset: '5000000000',
                committedLeaderEpoch: 2,
                metadata: 'note',
                errorCode: 0,
              },
            ],
          },
        ],
        errorCode: 0,
      },
    ],
  },
);

await question('FindCoordinator', 'metadata/find-coordinator-v4', 0, ['orders']);
await answer(
  'FindCoordinator',
  'metadata/find-coordinator-v4',
  (w) =>
    w
      .appendInt32(0)
      .appendArray(['orders'], (_, key) =>
        w
          .appendString(key)
          .appendInt32(2)
          .appendString('kafka-2')
          .appendInt32(9092)
          .appendInt16(0)
          .appendString(null),
      )
      .appendTaggedFields(),
  {
    throttleTimeMs: 0,
    coordinators: [
      { key: 'orders', nodeId: 2, host: 'kafka-2', port: 9092, errorCode: 0, errorMessage: null },
    ],
  },
);

await question('Metadata', 'metadata/metadata-v12', ['orders', { topicId: ID }], false, false);
await answer(
  'Metadata',
  'metadata/metadata-v12',
  (w) =>
    w
      .appendInt32(0)
      .appendArray([1], (_, id) =>
        w.appendInt32(id).appendString('kafka-1').appendInt32(9092).appendString('rack-a'),
      )
      .appendString('cluster')
      .appendInt32(1)
      .appendArray(['orders'], (_, name) =>
        w
          .appendInt16(0)
          .appendString(name)
          .appendUUID(ID)
          .appendBoolean(false)
          .appendArray([0, 1], (__, p) => {
            w.appendInt16(0).appendInt32(p).appendInt32(1).appendInt32(9);
            for (const list of [[1, 2], [1], [2]])
              w.appendArray(list, (___, id) => w.appendInt32(id), true, false);
          })
          .appendInt32(-2147483648),
      )
      .appendTaggedFields(),
  {
    throttleTimeMs: 0,
    brokers: [{ nodeId: 1, host: 'kafka-1', port: 9092, rack: 'rack-a' }],
    clusterId: 'cluster',
    controllerId: 1,
    topics: [
      {
        errorCode: 0,
        name: 'orders',
        topicId: ID,
        isInternal: false,
        partitions: [0, 1].map((partitionIndex) => ({
          errorCode: 0,
          partitionIndex,
          leaderId: 1,
          leaderEpoch: 9,
          replicaNodes: [1, 2],
          isrNodes: [1],
          offlineReplicas: [2],
        })),
        topicAuthorizedOperations: -2147483648,
      },
    ],
  },
);

await question('ListOffsets', 'consumer/list-offsets-v8', -1, 1, [
  { name: 'orders', partitions: [{ partitionIndex: 3, currentLeaderEpoch: 9, timestamp: -2n }] },
]);
await answer(
  'ListOffsets',
  'consumer/list-offsets-v8',
  (w) =>
    w
      .appendInt32(0)
      .appendArray(['orders'], (_, name) =>
        w
          .appendString(name)
          .appendArray([3], (__, p) =>
            w.appendInt32(p).appendInt16(0).appendInt64(-1n).appendInt64(41n).appendInt32(2),
          ),
      )
      .appendTaggedFields(),
  {
    throttleTimeMs: 0,
    topics: [
      {
        name: 'orders',
        partitions: [{ partitionIndex: 3, errorCode: 0, timestamp: '-1', offset: '41', leaderEpoch: 2 }],
      },
    ],
  },
);

await question('OffsetForLeaderEpoch', 'consumer/offset-for-leader-epoch-v4', -1, [
  { name: 'orders', partitions: [{ partitionIndex: 3, currentLeaderEpoch: 9, leaderEpoch: 8 }] },
]);
await answer(
  'OffsetForLeaderEpoch',
  'consumer/offset-for-leader-epoch-v4',
  (w) =>
    w
      .appendInt32(0)
      .appendArray(['orders'], (_, name) =>
        w
          .appendString(name)
          .appendArray([3], (__, p) => w.appendInt16(0).appendInt32(p).appendInt32(8).appendInt64(40n)),
      )
      .appendTaggedFields(),
  {
    throttleTimeMs: 0,
    topics: [
      { topic: 'orders', partitions: [{ errorCode: 0, partition: 3, leaderEpoch: 8, endOffset: '40' }] },
    ],
  },
);

await question(
  'Fetch',
  'consumer/fetch-v13',
  500,
  1,
  10_000_000,
  1,
  0,
  -1,
  [
    {
      topicId: ID,
      partitions: [
        {
          partition: 3,
          currentLeaderEpoch: 9,
          fetchOffset: 5_000_000_000n,
          lastFetchedEpoch: -1,
          partitionMaxBytes: 1_000_000,
        },
      ],
    },
  ],
  [],
  'rack-a',
);
await answer(
  'Fetch',
  'consumer/fetch-v13',
  (w) =>
    w
      .appendInt32(0)
      .appendInt16(0)
      .appendInt32(0)
      .appendArray([ID], (_, id) =>
        w.appendUUID(id).appendArray(
          [3],
          (__, p) => {
            w.appendInt32(p)
              .appendInt16(0)
              .appendInt64(50n)
              .appendInt64(45n)
              .appendInt64(10n)
              .appendArray([44n], (___, first) => w.appendInt64(1000n).appendInt64(first))
              .appendInt32(2)
              .appendUnsignedVarInt(1);
            // Two tagged fields: the current leader, and one that no client knows.
            w.appendUnsignedVarInt(2).appendUnsignedVarInt(1).appendUnsignedVarInt(9);
            w.appendInt32(2).appendInt32(10).appendTaggedFields();
            w.appendUnsignedVarInt(77).appendUnsignedVarInt(2).appendInt8(1).appendInt8(2);
          },
          true,
          false,
        ),
      )
      .appendTaggedFields(),
  {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 0,
    responses: [
      {
        topicId: ID,
        partitions: [
          {
            partitionIndex: 3,
            errorCode: 0,
            highWatermark: '50',
            lastStableOffset: '45',
            logStartOffset: '10',
            divergingEpoch: { epoch: -1, endOffset: '-1' },
            currentLeader: { leaderId: 2, leaderEpoch: 10 },
            snapshotId: { endOffset: '-1', epoch: -1 },
            abortedTransactions: [{ producerId: '1000', firstOffset: '44' }],
            preferredReadReplica: 2,
            records: [],
          },
        ],
      },
    ],
  },
);

writeFileSync(new URL('golden-bytes.json', import.meta.url), `${JSON.stringify(golden, null, 2)}\n`);
