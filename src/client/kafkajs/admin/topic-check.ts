import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicSpec } from '../../kafka-port.js';
import {
  replicationProblem,
  settingsLike,
  type TopicProblem,
  type TopicSetting,
} from '../../topic-settings.js';
import type { AdminSession } from './admin-session.js';
import {
  alterConfigs,
  type Alterations,
  type DescribedConfig,
  describeConfigs,
  isTransient,
} from './config-requests.js';
import { isUnreachable, protocolErrorType } from '../errors.js';
import type { DescribedTopic, Refusal } from './topic-requests.js';

/** What is wrong with a topic, and what was corrected. */
export interface Checked {
  readonly problems: readonly TopicProblem[];
  readonly corrected: readonly string[];
}

/** What is known of topics: their partitions, and their settings. */
export interface Known {
  readonly topics: ReadonlyMap<string, DescribedTopic>;
  readonly configs: ReadonlyMap<string, DescribedConfig>;
}

interface Violation {
  readonly spec: TopicSpec;
  readonly setting: TopicSetting;
  readonly value: string;
}

const LIKE_SOURCE = ['max.message.bytes', 'min.insync.replicas'];
/** How long to wait until brokers act by what was set. */
const SETTLE_MS = 10_000;
const SETTLE_POLL_MS = 100;

/** The settings of topics that specs are about, and of their sources. Where none can be read, none are known. */
export async function configsOf(
  session: AdminSession,
  specs: readonly TopicSpec[],
  topics: ReadonlyMap<string, DescribedTopic>,
): Promise<ReadonlyMap<string, DescribedConfig>> {
  const existing = [...topics].flatMap(([topic, described]) => ('partitions' in described ? [topic] : []));
  const names = new Set([
    ...LIKE_SOURCE,
    ...specs.flatMap(({ settings = [] }) => settings.map(({ name }) => name)),
  ]);
  if (existing.length === 0) return new Map();
  try {
    return await session.ask((broker) => describeConfigs(broker, existing, [...names]));
  } catch (error) {
    if (isUnreachable(error) || isTransient(error)) throw error;
    return new Map();
  }
}

/** The settings that a topic is to have: those of its purpose, and those of its source. */
export function settingsOf(
  { topic, like, settings = [] }: TopicSpec,
  { topics, configs }: Known,
): TopicSetting[] {
  const source = configs.get(like);
  const replicas = replicasOf(topics.get(topic));
  const relative =
    source && 'config' in source ? settingsLike(like, source.config, replicas || undefined) : [];
  return [...settings, ...relative];
}

/**
 * Looks at the settings of topics that exist, and corrects what the service may.
 * @param corrects whether it may correct anything
 */
export async function checkTopics(
  session: AdminSession,
  specs: readonly TopicSpec[],
  known: Known,
  corrects: boolean,
): Promise<ReadonlyMap<string, Checked>> {
  const violations = specs.flatMap((spec) => violationsOf(spec, known));
  const correctable = violations.filter(
    ({ spec, setting }) => corrects && spec.isOwn === true && setting.isCorrected,
  );
  const refusals = new Map<Violation, Refusal>();
  // Apart from each other: a topic's settings are set as a whole, or not at all.
  for (const isVital of [true, false]) {
    const some = correctable.filter(({ setting }) => setting.isVital === isVital);
    for (const [violation, refusal] of await correct(session, some)) refusals.set(violation, refusal);
  }
  const corrected = new Set(correctable.filter((violation) => !refusals.has(violation)));
  return new Map(
    specs.map((spec) => {
      const own = violations.filter((violation) => violation.spec === spec);
      const problems = own
        .filter((violation) => !corrected.has(violation))
        .map((violation) => toProblem(violation, refusals.get(violation)));
      return [
        spec.topic,
        {
          problems: [...problems, ...problemsWithout(spec, known)],
          corrected: own
            .filter((violation) => corrected.has(violation))
            .map(({ setting, value }) => `${setting.name}=${setting.value} (was ${value})`),
        },
      ];
    }),
  );
}

function violationsOf(spec: TopicSpec, known: Known): Violation[] {
  const described = known.configs.get(spec.topic);
  if (!described || !('config' in described)) return [];
  return settingsOf(spec, known).flatMap((setting) => {
    const value = described.config.get(setting.name);
    return value === undefined || setting.accepts(value) ? [] : [{ spec, setting, value }];
  });
}

/** Sets what is violated, and waits until it is so. */
async function correct(
  session: AdminSession,
  violations: readonly Violation[],
): Promise<ReadonlyMap<Violation, Refusal>> {
  if (violations.length === 0) return new Map();
  const alterations = new Map<string, Map<string, string>>();
  for (const { spec, setting } of violations) {
    const values = alterations.get(spec.topic) ?? new Map<string, string>();
    alterations.set(spec.topic, values.set(setting.name, setting.value));
  }
  const refusals = await alter(session, alterations);
  await settled(session, new Map([...alterations].filter(([topic]) => !refusals.has(topic))));
  return new Map(
    violations.flatMap((violation): [Violation, Refusal][] => {
      const refusal = refusals.get(violation.spec.topic);
      return refusal ? [[violation, refusal]] : [];
    }),
  );
}

async function alter(session: AdminSession, alterations: Alterations): Promise<ReadonlyMap<string, Refusal>> {
  try {
    return await session.ask((broker) => alterConfigs(broker, alterations));
  } catch (error) {
    if (isUnreachable(error) || isTransient(error)) throw error;
    const refusal = { type: protocolErrorType(error) ?? 'UNKNOWN', said: String(error) };
    return new Map([...alterations.keys()].map((topic) => [topic, refusal]));
  }
}

async function settled(session: AdminSession, alterations: Alterations): Promise<void> {
  const names = [...new Set([...alterations.values()].flatMap((values) => [...values.keys()]))];
  const until = Date.now() + SETTLE_MS;
  while (alterations.size > 0 && Date.now() < until) {
    const configs = await session.ask((broker) => describeConfigs(broker, [...alterations.keys()], names));
    const isSet = ([topic, values]: [string, ReadonlyMap<string, string>]): boolean => {
      const described = configs.get(topic);
      if (!described || !('config' in described)) return true;
      return [...values].every(([name, value]) => described.config.get(name) === value);
    };
    if ([...alterations].every(isSet)) return;
    await sleep(SETTLE_POLL_MS);
  }
}

function toProblem({ spec, setting, value }: Violation, refusal?: Refusal): TopicProblem {
  const { name, value: wanted, otherwise, isVital } = setting;
  return {
    topic: spec.topic,
    setting: name,
    value,
    wanted,
    otherwise,
    isVital,
    ...(refusal && { refused: `${refusal.type}: ${refusal.said}` }),
  };
}

/** What is wrong beside settings that are read and not met. */
function problemsWithout({ topic, like }: TopicSpec, { topics, configs }: Known): TopicProblem[] {
  const unread = [topic, like].flatMap((each): TopicProblem[] => {
    const config = configs.get(each);
    if (!config || 'config' in config) return [];
    return [
      {
        topic,
        setting: each === topic ? 'settings' : `settings of ${each}`,
        value: 'unknown',
        wanted: 'DescribeConfigs to be granted',
        otherwise: 'nobody checks whether records may be lost, or do not fit',
        isVital: false,
        refused: `${config.refusal.type}: ${config.refusal.said}`,
      },
    ];
  });
  const replication = replicationProblem(
    topic,
    like,
    replicasOf(topics.get(topic)),
    replicasOf(topics.get(like)),
  );
  return [...unread, ...(replication ? [replication] : [])];
}

/** 0 where there is no such topic. */
export function replicasOf(described: DescribedTopic | undefined): number {
  return described && 'replicas' in described ? described.replicas : 0;
}
