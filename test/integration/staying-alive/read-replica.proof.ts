import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { createTopics, kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { Reader, stopReaders } from '../reading/reader.js';
import { OwnKafka } from './own-kafka.js';

jest.setTimeout(180_000);

const LEADER = 1;
const FOLLOWER = 3;
/** The listener that brokers replicate through. */
const REPLICATION = 'REPLICATION';

let kafka: OwnKafka;
let replication: Replication;
beforeAll(async () => {
  kafka = await OwnKafka.start({
    brokers: 3,
    proxied: [REPLICATION],
    properties: {
      'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
      'inter.broker.listener.name': REPLICATION,
      'replica.lag.time.max.ms': 2_000,
      // One broker accepts writes while the others do not replicate from it.
      'min.insync.replicas': 1,
      'offsets.topic.replication.factor': 1,
    },
  });
  replication = await Replication.start(kafka);
}, 120_000);
afterEach(async () => {
  await stopReaders();
  replication.isCut = false;
});
afterAll(async () => {
  await kafka.stop();
  await replication.stop();
});

/** The connections on which the other brokers replicate from each broker. */
class Replication {
  /** Whether nothing is replicated from the leader. */
  #isCut = false;
  readonly #servers: Server[] = [];
  readonly #fromLeader = new Set<Socket>();

  static async start({ cluster }: OwnKafka): Promise<Replication> {
    const started = new Replication();
    for (const listener of cluster.proxied.get(REPLICATION) ?? []) {
      const server = createServer((follower) => {
        const isFromLeader = listener.nodeId === LEADER;
        if (isFromLeader && started.#isCut) return follower.destroy();
        const leader = connect(listener.listenPort, '127.0.0.1');
        if (isFromLeader) started.#fromLeader.add(follower);
        follower.pipe(leader).pipe(follower);
        follower.on('error', () => leader.destroy()).on('close', () => leader.destroy());
        return leader.on('error', () => follower.destroy());
      });
      started.#servers.push(server.listen(listener.advertisedPort, '127.0.0.1'));
      await once(server, 'listening');
    }
    return started;
  }

  set isCut(isCut: boolean) {
    this.#isCut = isCut;
    if (!isCut) return;
    for (const each of this.#fromLeader) each.destroy();
    this.#fromLeader.clear();
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.close();
      await once(server, 'close');
    }
  }
}

/** A topic of two partitions with replicas on all brokers, each of them with a record. */
async function topicWithRecords(): Promise<string> {
  const topic = uniqueName('racks');
  const replicas = [LEADER, 2, FOLLOWER];
  const replicaAssignment = [0, 1].map((partition) => ({ partition, replicas }));
  await withAdmin(kafkaClient(kafka.bootstrap), (admin) =>
    createTopics(admin, [{ topic, replicaAssignment }]),
  );
  await kafka.produce(topic, [
    { partition: 0, value: 'first of 0' },
    { partition: 1, value: 'first of 1' },
  ]);
  return topic;
}

/** Starts a member in the follower's rack, and waits until it reads both partitions from there. */
async function startInRack(topic: string): Promise<{ member: Reader; fetchedFrom: number[] }> {
  const env = {
    KAFKA_BROKERS: kafka.bootstrap,
    KAFKA_RACK: `rack-${FOLLOWER}`,
    KAFKA_TOPIC_REFRESH_MS: '600000',
  };
  const member = await Reader.start(topic, { env });
  await waitFor(() => member.calls.length === 2, { what: 'a record of each partition' });
  const fetchedFrom: number[] = [];
  const nodes = new Map(kafka.cluster.brokers.map(({ port, nodeId }) => [`127.0.0.1:${port}`, nodeId]));
  const consumer = member.contexts[0]?.getConsumer();
  consumer?.on('consumer.network.request', ({ payload }) => {
    if (payload.apiName === 'Fetch') fetchedFrom.push(nodes.get(payload.broker) ?? -1);
  });
  return { member, fetchedFrom };
}

test('a member in a rack reads from the replica there', async () => {
  const topic = await topicWithRecords();
  const { member, fetchedFrom } = await startInRack(topic);
  for (const value of ['second', 'third', 'fourth']) {
    await kafka.produce(topic, [{ partition: 0, value }]);
    await waitFor(() => member.payloads.at(-1) === value, { what: value });
  }
  expect(fetchedFrom.length).toBeGreaterThan(2);
  expect(new Set(fetchedFrom)).toEqual(new Set([FOLLOWER]));
});

test('a member whose read replica lags reads on from the leader, and no record is handled twice or left out', async () => {
  const topic = await topicWithRecords();
  const { member, fetchedFrom } = await startInRack(topic);
  replication.isCut = true;
  // Accepted once the leader has removed the followers from the replicas in sync.
  await kafka.produce(topic, [
    { partition: 0, value: 'second of 0' },
    { partition: 1, value: 'second of 1' },
  ]);

  // Another member reads beyond the end of the follower's log, and hands the partition back.
  const env = { KAFKA_BROKERS: kafka.bootstrap };
  const other = await Reader.start(topic, { env, group: member.group });
  await other.until(1);
  const [{ partition = -1 } = {}] = other.calls;
  const isCommitted = async (): Promise<boolean> =>
    (await kafka.committed(member.group, topic, partition)) === 2n;
  await waitFor(isCommitted, { what: 'the commit of the other member' });
  await other.stop();

  await waitFor(() => fetchedFrom.includes(LEADER), { what: 'a fetch from the leader' });
  await kafka.produce(topic, [{ partition, value: 'third' }]);
  await waitFor(() => member.payloads.length >= 4, { what: 'the next record' });
  const kept = 1 - partition;
  expect(other.payloads).toEqual([`second of ${partition}`]);
  expect(member.payloads.toSorted()).toEqual(['first of 0', 'first of 1', `second of ${kept}`, 'third']);
});
