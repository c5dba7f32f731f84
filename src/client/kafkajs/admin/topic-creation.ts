import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicSpec } from '../../kafka-port.js';
import { TopicCreationError } from '../../topic-creation.error.js';
import type { EnsuredTopic, TopicSetting } from '../../topic-settings.js';
import type { AdminSession } from './admin-session.js';
import { explainAccess } from '../explain-access.js';
import { type Checked, checkTopics, configsOf, type Known, replicasOf, settingsOf } from './topic-check.js';
import {
  createPartitions,
  createTopics,
  type DescribedTopic,
  describeTopics,
  type NewTopic,
  type Refusal,
} from './topic-requests.js';

/** A topic as it is by now, or why it is not as it was asked for. */
export type Ensured = EnsuredTopic | { readonly error: unknown };

type Described = ReadonlyMap<string, DescribedTopic>;

/** Brokers refuse a request that creates very many partitions as a whole. */
const TOPICS_PER_REQUEST = 50;
const ALREADY_EXISTS = 'TOPIC_ALREADY_EXISTS';
/** How long to wait until new partitions can be used: brokers elect their leaders after they were created. */
const SETTLE_MS = 10_000;
const SETTLE_POLL_MS = 100;

/**
 * Creates those of the topics that do not exist, adds partitions where one has too few, and checks the settings of the
 * others, with a few requests for all of them. One that somebody else creates meanwhile is looked at like the others.
 * @param corrects whether settings that records depend on may be corrected
 * @param until when to give up on topics that exist and that no broker describes, in ms since the epoch
 * @returns what came of each topic; one that is refused does not keep the others from being created
 * @throws where no broker answers
 */
export async function ensureTopics(
  session: AdminSession,
  specs: readonly TopicSpec[],
  corrects: boolean,
  until = Date.now() + SETTLE_MS,
): Promise<ReadonlyMap<string, Ensured>> {
  const names = new Set(specs.flatMap(({ topic, like }) => [topic, like]));
  const topics = await session.ask((broker) => describeTopics(broker, [...names]));
  const known = { topics, configs: await configsOf(session, specs, topics) };
  const missing = specs.filter(({ topic }) => isUnknown(topics.get(topic)));
  const short = specs.filter((spec) => spec.grow && hasTooFew(spec, topics));
  const wanted = new Map(
    [...missing, ...short].map(({ topic, like }) => [topic, Math.max(1, partitionsOf(topics.get(like)))]),
  );
  const refusals = new Map([
    ...(await create(session, toNewTopics(missing, wanted, known))),
    ...(await inPortions(toCounts(short, wanted), (portion) =>
      session.askController((broker) => createPartitions(broker, portion)),
    )),
  ]);
  const after = await settled(session, wanted, refusals);
  const existing = specs.filter((spec) => !missing.includes(spec));
  const checked = await checkTopics(session, existing, known, corrects);
  const createdByOthers = missing.filter(({ topic }) => refusals.get(topic)?.type === ALREADY_EXISTS);
  const others = await lookAgain(session, createdByOthers, corrects, until);
  return new Map(
    specs.map(({ topic }) => {
      const other = others.get(topic);
      if (other) return [topic, other];
      const described = after.get(topic) ?? topics.get(topic);
      const outcome = outcomeOf(topic, described, refusals.get(topic), wanted.get(topic));
      return [topic, 'error' in outcome ? outcome : { ...outcome, ...(checked.get(topic) ?? FAULTLESS) }];
    }),
  );
}

/** What somebody else has created may have any settings, and any number of partitions. */
async function lookAgain(
  session: AdminSession,
  specs: readonly TopicSpec[],
  corrects: boolean,
  until: number,
): Promise<ReadonlyMap<string, Ensured>> {
  if (specs.length === 0 || Date.now() > until) return new Map();
  await sleep(SETTLE_POLL_MS);
  return ensureTopics(session, specs, corrects, until);
}

const FAULTLESS: Checked = { problems: [], corrected: [] };
/** What brokers, or their policies, say where they do not let a client choose some setting. */
const REFUSED_SETTING: ReadonlySet<string> = new Set(['INVALID_CONFIG', 'POLICY_VIOLATION']);

/** With all settings; where these are refused, with those alone that records would be lost without. */
async function create(
  session: AdminSession,
  topics: readonly NewTopic[],
): Promise<ReadonlyMap<string, Refusal>> {
  const ask = (portion: readonly Omit<NewTopic, 'vitalConfig'>[]) =>
    session.askController((broker) => createTopics(broker, portion));
  const refusals = new Map(await inPortions(topics, ask));
  const again = topics.filter(({ topic }) => REFUSED_SETTING.has(refusals.get(topic)?.type ?? ''));
  for (const { topic } of again) refusals.delete(topic);
  const bare = again.map((each) => ({ ...each, config: each.vitalConfig }));
  for (const [topic, refusal] of await inPortions(bare, ask)) refusals.set(topic, refusal);
  return refusals;
}

function outcomeOf(
  topic: string,
  described: DescribedTopic | undefined,
  refusal: Refusal | undefined,
  wanted: number | undefined,
): { readonly partitions: number } | { readonly error: unknown } {
  const partitions = partitionsOf(described);
  if (wanted === undefined) {
    if (described && 'refusal' in described) return { error: toError(topic, described.refusal, 'Create') };
    return { partitions };
  }
  if (!refusal) return { partitions: partitions || wanted };
  // Another member may have added the partitions meanwhile.
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

function toNewTopics(
  specs: readonly TopicSpec[],
  wanted: ReadonlyMap<string, number>,
  known: Known,
): NewTopic[] {
  return specs.map((spec) => {
    const settings = settingsOf(spec, known);
    return {
      topic: spec.topic,
      partitions: wanted.get(spec.topic) ?? 1,
      // What was committed in the source must be kept as safely here. -1 is the brokers' default.
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
