import protocolErrors from 'kafkajs-pinned/src/protocol/error.js';
import type { ClusterClient } from '../../cluster.js';
import { protocolErrorType } from '../../errors.js';
import { explainAccess } from '../../explain-access.js';
import { failureOf } from './batch-failure.js';
import type { SequencedBatch } from './partition-queue.js';
import { produce } from './produce-request.js';
import type { ProducedTopics } from './produced-topics.js';
import type { ProducerIdentities, ProducerIdentity } from './producer-identity.js';

/** Far below the default `socket.request.max.bytes` of 100 MB. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;
const UNREACHABLE_WAIT_MS = 250;

const STALE_LEADER: ReadonlySet<string | undefined> = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'KAFKA_STORAGE_ERROR',
]);

/** What requests to leaders need. */
export interface LeaderRequestParts {
  readonly cluster: ClusterClient;
  readonly topics: ProducedTopics;
  readonly identities: ProducerIdentities;
  /** How long a leader may wait for its replicas. */
  readonly requestTimeoutMs: number;
  /** A clock in ms. */
  readonly now: () => number;
  /** Called with the time until there is something to do. */
  readonly wakeUp: (waitMs: number) => void;
}

/** Sends to a leader, with one request, what waits for it. Never throws. */
export async function sendToLeader(leader: string, parts: LeaderRequestParts): Promise<void> {
  const { cluster, identities, requestTimeoutMs } = parts;
  let batches: readonly SequencedBatch[] = [];
  try {
    const broker = await cluster.brokerPool.findBroker({ nodeId: leader });
    const identity = await identities.current(broker);
    batches = takeBatches(leader, identity, parts);
    const answers = await produce(broker, batches, requestTimeoutMs);
    for (const each of batches) {
      const answer = answers.get(each);
      if (answer?.errorCode === 0) each.queue.written(each.batch, answer.baseOffset);
      else if (answer) failed(each, protocolErrors.createErrorFromCode(answer.errorCode), parts);
      else unanswered(each, undefined, parts);
    }
  } catch (error) {
    dropClosed(cluster, error);
    if (batches.length === 0) unreachable(leader, error, parts);
    for (const each of batches) unanswered(each, error, parts);
  }
}

/** Takes batches with one identity and compression. */
function takeBatches(
  leader: string,
  identity: ProducerIdentity,
  { topics }: LeaderRequestParts,
): readonly SequencedBatch[] {
  const taken: SequencedBatch[] = [];
  let bytes = 0;
  for (const [queue] of topics.readyQueues(leader)) {
    const batch = queue.take(identity, taken[0]);
    if (!batch) continue;
    taken.push(batch);
    for (const record of batch.batch.records) bytes += record.bytes;
    if (bytes > MAX_REQUEST_BYTES) break;
  }
  return taken;
}

function failed(sent: SequencedBatch, error: unknown, parts: LeaderRequestParts): void {
  const { queue, batch } = sent;
  const topic = parts.topics.of(queue.topic);
  topic.lastError = error;
  const failure = failureOf(queue.topic, batch, error);
  switch (failure.kind) {
    case 'written':
      return queue.written(batch, undefined);
    case 'split':
      return queue.split(batch);
    case 'repack':
      return queue.repack(batch, failure.compression);
    case 'refused':
      return queue.giveUp(batch, failure.error);
    case 'sequence lost':
      queue.forgetIdentity();
      return repeat(sent, parts);
    case 'repeat':
      if (STALE_LEADER.has(protocolErrorType(error))) topic.staleAt = 0;
      return repeat(sent, parts);
  }
}

/** The batch may have been written. With the same sequence number it is not written twice. */
function unanswered(sent: SequencedBatch, error: unknown, parts: LeaderRequestParts): void {
  const topic = parts.topics.of(sent.queue.topic);
  topic.lastError = error;
  topic.staleAt = 0;
  sent.batch.isUnanswered = true;
  repeat(sent, parts);
}

function repeat({ queue, batch }: SequencedBatch, { now, wakeUp }: LeaderRequestParts): void {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (batch.attempts - 1), LONGEST_WAIT_MS);
  queue.repeat(batch, now() + waitMs);
  wakeUp(waitMs);
}

/** Nothing was sent: the leader cannot be reached, or gives out no producer id. */
function unreachable(leader: string, error: unknown, { topics, now, wakeUp }: LeaderRequestParts): void {
  const isDenied = protocolErrorType(error) === 'CLUSTER_AUTHORIZATION_FAILED';
  for (const [queue, topic] of topics.readyQueues(leader)) {
    topic.lastError = error;
    topic.staleAt = 0;
    queue.notBefore = now() + UNREACHABLE_WAIT_MS;
    if (isDenied) queue.rejectAll(explainAccess(error, { operations: ['Write'], topics: [topic.name] }));
  }
  wakeUp(UNREACHABLE_WAIT_MS);
}

/** Lets kafkajs open a new connection: it keeps one that the broker has closed. */
function dropClosed(cluster: ClusterClient, error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'KafkaJSConnectionClosedError') return;
  if (!('host' in error) || !('port' in error)) return;
  const { host, port } = error;
  if (typeof host === 'string' && typeof port === 'number') cluster.removeBroker({ host, port });
}
