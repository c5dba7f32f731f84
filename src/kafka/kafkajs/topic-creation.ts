import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicSpec } from '../consumer-port.js';
import { TopicCreationError } from '../topic-creation.error.js';
import type { AdminSession } from './admin-session.js';
import { explainAccess } from './explain-access.js';
import {
  createPartitions,
  createTopics,
  type DescribedTopic,
  describeTopics,
  type NewTopic,
  type Refusal,
} from './topic-requests.js';

/** A topic's number of partitions, or why it is not as it was asked for. */
export type Ensured = { readonly partitions: number } | { readonly error: unknown };

type Described = ReadonlyMap<string, DescribedTopic>;

/** Brokers refuse a request that creates very many partitions as a whole. */
const TOPICS_PER_REQUEST = 50;
/** How long to wait until new partitions can be used: brokers elect their leaders after they were created. */
const SETTLE_MS = 10_000;
const SETTLE_POLL_MS = 100;

/**
 * Creates those of the topics that do not exist, and adds partitions where one has too few, with a few requests for
 * all of them.
 * @returns what came of each topic; one that is refused does not keep the others from being created
 * @throws where no broker answers
 */
export async function ensureTopics(
  session: AdminSession,
  specs: readonly TopicSpec[],
): Promise<ReadonlyMap<string, Ensured>> {
  const names = new Set(specs.flatMap(({ topic, like }) => [topic, like]));
  const before = await session.ask((broker) => describeTopics(broker, [...names]));
  const missing = specs.filter(({ topic }) => isUnknown(before.get(topic)));
  const short = specs.filter((spec) => spec.grow && hasTooFew(spec, before));
  const wanted = new Map(
    [...missing, ...short].map(({ topic, like }) => [topic, Math.max(1, partitionsOf(before.get(like)))]),
  );
  const refusals = new Map([
    ...(await inPortions(toNewTopics(missing, wanted), (portion) =>
      session.askController((broker) => createTopics(broker, portion)),
    )),
    ...(await inPortions(toCounts(short, wanted), (portion) =>
      session.askController((broker) => createPartitions(broker, portion)),
    )),
  ]);
  const after = await settled(session, wanted, refusals);
  return new Map(
    specs.map(({ topic }) => {
      const described = after.get(topic) ?? before.get(topic);
      return [topic, outcomeOf(topic, described, refusals.get(topic), wanted.get(topic))];
    }),
  );
}

function outcomeOf(
  topic: string,
  described: DescribedTopic | undefined,
  refusal: Refusal | undefined,
  wanted: number | undefined,
): Ensured {
  const partitions = partitionsOf(described);
  if (wanted === undefined) {
    if (described && 'refusal' in described) return { error: toError(topic, described.refusal, 'Create') };
    return { partitions };
  }
  // Another member may have created it meanwhile, or added the partitions.
  if (!refusal || refusal.type === 'TOPIC_ALREADY_EXISTS') return { partitions: partitions || wanted };
  if (partitions >= wanted) return { partitions };
  return { error: toError(topic, refusal, partitions > 0 ? 'Alter' : 'Create') };
}

function toError(topic: string, { type, said }: Refusal, operation: 'Alter' | 'Create'): unknown {
  const operations = operation === 'Create' ? (['Create', 'Write'] as const) : ([operation] as const);
  const error = new TopicCreationError(topic, type, said);
  return explainAccess(error, { operations, topics: [topic] });
}

/** The topics as they are once they can be used; or after some time, as they are then. */
async function settled(
  session: AdminSession,
  wanted: ReadonlyMap<string, number>,
  refusals: ReadonlyMap<string, Refusal>,
): Promise<Described> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const described = await session.ask((broker) => describeTopics(broker, [...wanted.keys()]));
    const isSettled = [...wanted].every(
      ([topic, partitions]) => refusals.has(topic) || isUsable(described.get(topic), partitions),
    );
    if (isSettled || Date.now() > until) return described;
    await sleep(SETTLE_POLL_MS);
  }
}

async function inPortions<T>(
  all: readonly T[],
  ask: (portion: readonly T[]) => Promise<ReadonlyMap<string, Refusal>>,
): Promise<(readonly [string, Refusal])[]> {
  const refusals: (readonly [string, Refusal])[] = [];
  for (let at = 0; at < all.length; at += TOPICS_PER_REQUEST) {
    refusals.push(...(await ask(all.slice(at, at + TOPICS_PER_REQUEST))));
  }
  return refusals;
}

function toNewTopics(specs: readonly TopicSpec[], wanted: ReadonlyMap<string, number>): NewTopic[] {
  return specs.map(({ topic, config = {} }) => ({ topic, partitions: wanted.get(topic) ?? 1, config }));
}

function toCounts(
  specs: readonly TopicSpec[],
  wanted: ReadonlyMap<string, number>,
): { topic: string; count: number }[] {
  return specs.map(({ topic }) => ({ topic, count: wanted.get(topic) ?? 1 }));
}

function hasTooFew({ topic, like }: TopicSpec, described: Described): boolean {
  const found = partitionsOf(described.get(topic));
  return found > 0 && found < partitionsOf(described.get(like));
}

function isUnknown(described: DescribedTopic | undefined): boolean {
  return described === undefined || ('refusal' in described && described.refusal.type === UNKNOWN);
}

const UNKNOWN = 'UNKNOWN_TOPIC_OR_PARTITION';

function isUsable(described: DescribedTopic | undefined, partitions: number): boolean {
  return described !== undefined && 'leaders' in described && described.leaders >= partitions;
}

/** 0 where there is no such topic. */
function partitionsOf(described: DescribedTopic | undefined): number {
  return described && 'partitions' in described ? described.partitions : 0;
}
