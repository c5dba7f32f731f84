import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicSpec } from '../../kafka-port.js';
import { TopicCreationError } from '../../topic-creation.error.js';
import type { EnsuredTopic, TopicSetting } from '../../topic-settings.js';
import type { AdminSession } from './admin-session.js';
import { explainAccess } from '../explain-access.js';
import {
  type CheckedTopic,
  checkTopics,
  configsOf,
  type KnownTopics,
  replicasOf,
  settingsOf,
} from './topic-check.js';
import {
  type BrokerError,
  createPartitions,
  createTopics,
  type DescribedTopic,
  describeTopics,
  type NewTopic,
} from './topic-requests.js';

/** A topic that exists, or why it could not be created or extended. */
export type Ensured = EnsuredTopic | { readonly error: unknown };

type Described = ReadonlyMap<string, DescribedTopic>;

/** Brokers reject a request that creates very many partitions. */
const TOPICS_PER_REQUEST = 50;
const ALREADY_EXISTS = 'TOPIC_ALREADY_EXISTS';
/** How long to wait until new partitions can be used: their leaders are elected after they are created. */
const SETTLE_MS = 10_000;
const SETTLE_POLL_MS = 100;

/**
 * Creates the topics that do not exist, adds partitions to those that have too few, and checks the settings of those that
 * exist, with a few requests for all of them. A topic that another client creates meanwhile is checked too.
 * @param corrects whether settings may be corrected
 * @param until when to give up on topics that exist but that no broker describes, in ms since the epoch
 * @returns each topic's outcome; one that is rejected does not prevent the creation of others
 * @throws if no broker answers
 */
export async function ensureTopics(
  session: AdminSession,
  specs: readonly TopicSpec[],
  corrects: boolean,
  until = Date.now() + SETTLE_MS,
): Promise<ReadonlyMap<string, Ensured>> {
  const names = new Set(specs.flatMap(({ topic, like }) => [topic, like]));
  const topics = await session.withBroker((broker) => describeTopics(broker, [...names]));
  const known = { topics, configs: await configsOf(session, specs, topics) };
  const missing = specs.filter(({ topic }) => isUnknown(topics.get(topic)));
  const short = specs.filter((spec) => spec.grow && hasTooFew(spec, topics));
  const wanted = new Map(
    [...missing, ...short].map(({ topic, like }) => [topic, Math.max(1, partitionsOf(topics.get(like)))]),
  );
  const errors = new Map([
    ...(await create(session, toNewTopics(missing, wanted, known))),
    ...(await inParts(toCounts(short, wanted), (part) =>
      session.withController((broker) => createPartitions(broker, part)),
    )),
  ]);
  const after = await usable(session, wanted, errors);
  const existing = specs.filter((spec) => !missing.includes(spec));
  const checked = await checkTopics(session, existing, known, corrects);
  const createdByOthers = missing.filter(({ topic }) => errors.get(topic)?.type === ALREADY_EXISTS);
  const others = await checkAgain(session, createdByOthers, corrects, until);
  return new Map(
    specs.map(({ topic }) => {
      const other = others.get(topic);
      if (other) return [topic, other];
      const described = after.get(topic) ?? topics.get(topic);
      const outcome = outcomeOf(topic, described, errors.get(topic), wanted.get(topic));
      return [topic, 'error' in outcome ? outcome : { ...outcome, ...(checked.get(topic) ?? NO_PROBLEMS) }];
    }),
  );
}

/** Checks topics that another client has created, with any settings and any number of partitions. */
async function checkAgain(
  session: AdminSession,
  specs: readonly TopicSpec[],
  corrects: boolean,
  until: number,
): Promise<ReadonlyMap<string, Ensured>> {
  if (specs.length === 0 || Date.now() > until) return new Map();
  await sleep(SETTLE_POLL_MS);
  return ensureTopics(session, specs, corrects, until);
}

const NO_PROBLEMS: CheckedTopic = { problems: [], corrected: [] };
/** Errors of brokers that do not let a client choose a setting. */
const SETTING_REJECTED: ReadonlySet<string> = new Set(['INVALID_CONFIG', 'POLICY_VIOLATION']);

/** Creates topics with all settings; if these are rejected, only with those without which records could be lost. */
async function create(
  session: AdminSession,
  topics: readonly NewTopic[],
): Promise<ReadonlyMap<string, BrokerError>> {
  const createPart = (part: readonly Omit<NewTopic, 'vitalConfig'>[]) =>
    session.withController((broker) => createTopics(broker, part));
  const errors = new Map(await inParts(topics, createPart));
  const again = topics.filter(({ topic }) => SETTING_REJECTED.has(errors.get(topic)?.type ?? ''));
  for (const { topic } of again) errors.delete(topic);
  const withVitalOnly = again.map((each) => ({ ...each, config: each.vitalConfig }));
  for (const [topic, error] of await inParts(withVitalOnly, createPart)) errors.set(topic, error);
  return errors;
}

function outcomeOf(
  topic: string,
  described: DescribedTopic | undefined,
  brokerError: BrokerError | undefined,
  wanted: number | undefined,
): { readonly partitions: number } | { readonly error: unknown } {
  const partitions = partitionsOf(described);
  if (wanted === undefined) {
    if (described && 'brokerError' in described)
      return { error: toError(topic, described.brokerError, 'Create') };
    return { partitions };
  }
  if (!brokerError) return { partitions: partitions || wanted };
  // Another member may have added the partitions meanwhile.
  if (partitions >= wanted) return { partitions };
  return { error: toError(topic, brokerError, partitions > 0 ? 'Alter' : 'Create') };
}

function toError(topic: string, { type, message }: BrokerError, operation: 'Alter' | 'Create'): unknown {
  const operations = operation === 'Create' ? (['Create', 'Write'] as const) : ([operation] as const);
  const error = new TopicCreationError(topic, type, message);
  return explainAccess(error, { operations, topics: [topic] });
}

/** Waits until topics can be used, or for `SETTLE_MS`. @returns the topics as they are then */
async function usable(
  session: AdminSession,
  wanted: ReadonlyMap<string, number>,
  errors: ReadonlyMap<string, BrokerError>,
): Promise<Described> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const described = await session.withBroker((broker) => describeTopics(broker, [...wanted.keys()]));
    const areUsable = [...wanted].every(
      ([topic, partitions]) => errors.has(topic) || isUsable(described.get(topic), partitions),
    );
    if (areUsable || Date.now() > until) return described;
    await sleep(SETTLE_POLL_MS);
  }
}

async function inParts<T>(
  all: readonly T[],
  send: (part: readonly T[]) => Promise<ReadonlyMap<string, BrokerError>>,
): Promise<(readonly [string, BrokerError])[]> {
  const errors: (readonly [string, BrokerError])[] = [];
  for (let at = 0; at < all.length; at += TOPICS_PER_REQUEST) {
    errors.push(...(await send(all.slice(at, at + TOPICS_PER_REQUEST))));
  }
  return errors;
}

function toNewTopics(
  specs: readonly TopicSpec[],
  wanted: ReadonlyMap<string, number>,
  known: KnownTopics,
): NewTopic[] {
  return specs.map((spec) => {
    const settings = settingsOf(spec, known);
    return {
      topic: spec.topic,
      partitions: wanted.get(spec.topic) ?? 1,
      // Records must be as safe here as in their source. -1 is the brokers' default.
      replicas: replicasOf(known.topics.get(spec.like)) || -1,
      config: toConfig(settings),
      vitalConfig: toConfig(settings.filter(({ isVital }) => isVital)),
    };
  });
}

function toConfig(settings: readonly TopicSetting[]): Record<string, string> {
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]));
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
  return described === undefined || ('brokerError' in described && described.brokerError.type === UNKNOWN);
}

const UNKNOWN = 'UNKNOWN_TOPIC_OR_PARTITION';

function isUsable(described: DescribedTopic | undefined, partitions: number): boolean {
  return described !== undefined && 'leaders' in described && described.leaders >= partitions;
}

/** @returns the number of the topic's partitions; 0 if it does not exist */
function partitionsOf(described: DescribedTopic | undefined): number {
  return described && 'partitions' in described ? described.partitions : 0;
}
