import type Broker from 'kafkajs-pinned/src/broker/index.js';
import protocolErrors from 'kafkajs-pinned/src/protocol/error.js';
import apiKeys from 'kafkajs-pinned/src/protocol/requests/apiKeys.js';
import definitions from 'kafkajs-pinned/src/protocol/requests/index.js';
import { type Offset, toOffset } from '../../../pipeline/index.js';
import type { ClusterClient } from '../cluster.js';
import { toError } from '../errors.js';
import { type AdminSession, send } from './admin-session.js';
import { type Leaders, leadersOf } from './topic-requests.js';

const { createErrorFromCode } = protocolErrors;
const { requests } = definitions;

/** Offsets by topic and partition. */
export type OffsetsByTopic = ReadonlyMap<string, ReadonlyMap<number, Offset>>;

/** Why records of a topic could not be deleted, by topic. */
export type DeleteFailures = ReadonlyMap<string, Error>;

/** The deletions that one leader carries out. */
type LeaderRequest = Map<string, { readonly partition: number; readonly offset: Offset }[]>;

/**
 * Deletes the records before an offset of each partition, permanently, with one request to each leader.
 * @throws if no broker answers
 */
export function deleteRecordsBefore(session: AdminSession, offsets: OffsetsByTopic): Promise<DeleteFailures> {
  return session.withCluster(async (cluster, broker) =>
    deleteBefore(cluster, await knownLeaders(cluster, broker, [...offsets.keys()]), offsets),
  );
}

/**
 * Deletes the records before the offset that a group has committed in each partition, permanently.
 * @param partitions by topic; a partition that is removed before its offset is fetched is left alone
 * @throws if no broker answers, or the group's coordinator does not
 */
export function deleteCommittedRecords(
  session: AdminSession,
  groupId: string,
  partitions: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<DeleteFailures> {
  return session.withCluster(async (cluster, broker) => {
    const leaders = await knownLeaders(cluster, broker, [...partitions.keys()]);
    const coordinator = await cluster.findGroupCoordinator({ groupId });
    const { offsets, failures } = await committedOffsets(coordinator, groupId, partitions);
    return new Map([...failures, ...(await deleteBefore(cluster, leaders, offsets))]);
  });
}

/** Looks up the leaders of topics, and makes their brokers known to the cluster. */
async function knownLeaders(
  cluster: ClusterClient,
  broker: Broker,
  topics: readonly string[],
): Promise<ReadonlyMap<string, Leaders>> {
  const leaders = await leadersOf(broker, topics);
  const existing = topics.filter((topic) => leaders.get(topic) instanceof Map);
  if (existing.length > 0) await cluster.brokerPool.refreshMetadata(existing);
  return leaders;
}

/** The offsets that a group has committed; partitions without one are left out. */
async function committedOffsets(
  coordinator: Broker,
  groupId: string,
  partitions: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<{ readonly offsets: OffsetsByTopic; readonly failures: DeleteFailures }> {
  const topics = [...partitions].map(([topic, those]) => ({
    topic,
    partitions: [...those].map((partition) => ({ partition })),
  }));
  const answer = await send(coordinator, apiKeys.OffsetFetch, requests.OffsetFetch, { groupId, topics });
  if (answer.errorCode) throw createErrorFromCode(answer.errorCode);
  const offsets = new Map<string, Map<number, Offset>>();
  const failures = new Map<string, Error>();
  for (const { topic, partitions: found } of answer.responses) {
    const committed = new Map<number, Offset>();
    offsets.set(topic, committed);
    for (const { partition, offset, errorCode } of found) {
      if (errorCode !== 0) failures.set(topic, createErrorFromCode(errorCode));
      // -1 stands for no committed offset; in DeleteRecords it would stand for the end of the log.
      else if (/^[1-9]/.test(offset) && partitions.get(topic)?.has(partition))
        committed.set(partition, toOffset(offset));
    }
  }
  return { offsets, failures };
}

async function deleteBefore(
  cluster: ClusterClient,
  leaders: ReadonlyMap<string, Leaders>,
  offsets: OffsetsByTopic,
): Promise<DeleteFailures> {
  const failures = new Map<string, Error>();
  const byLeader = new Map<number, LeaderRequest>();
  for (const [topic, partitions] of offsets) {
    for (const [partition, offset] of partitions) {
      const leader = leaderOf(leaders, topic, partition);
      if (leader instanceof Error) {
        failures.set(topic, leader);
        continue;
      }
      const request: LeaderRequest = byLeader.get(leader) ?? new Map();
      byLeader.set(leader, request.set(topic, [...(request.get(topic) ?? []), { partition, offset }]));
    }
  }
  const answers = await Promise.all([...byLeader].map((each) => askLeader(cluster, ...each)));
  return new Map([...failures, ...answers.flat()]);
}

/** @returns the topics of which the leader did not delete all that it was asked to, and why */
async function askLeader(
  cluster: ClusterClient,
  leader: number,
  request: LeaderRequest,
): Promise<(readonly [string, Error])[]> {
  try {
    const broker = await cluster.brokerPool.findBroker({ nodeId: String(leader) });
    const topics = [...request].map(([topic, partitions]) => ({ topic, partitions }));
    const answer = await send(broker, apiKeys.DeleteRecords, requests.DeleteRecords, { topics });
    return answer.topics.flatMap(({ topic, partitions }) =>
      partitions.flatMap(({ errorCode }) =>
        errorCode === 0 ? [] : [[topic, createErrorFromCode(errorCode)] as const],
      ),
    );
  } catch (error) {
    return [...request.keys()].map((topic) => [topic, toError(error)] as const);
  }
}

const LEADER_NOT_AVAILABLE = 5;

function leaderOf(leaders: ReadonlyMap<string, Leaders>, topic: string, partition: number): number | Error {
  const known = leaders.get(topic);
  if (known instanceof Error) return known;
  return known?.get(partition) ?? createErrorFromCode(LEADER_NOT_AVAILABLE);
}
