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
import type { BrokerError, DescribedTopic } from './topic-requests.js';

/** The problems of a topic, and what was corrected. */
export interface CheckedTopic {
  readonly problems: readonly TopicProblem[];
  readonly corrected: readonly string[];
}

/** The partitions and settings of topics, as far as they could be read. */
export interface KnownTopics {
  readonly topics: ReadonlyMap<string, DescribedTopic>;
  readonly configs: ReadonlyMap<string, DescribedConfig>;
}

interface Violation {
  readonly spec: TopicSpec;
  readonly setting: TopicSetting;
  readonly value: string;
}

const LIKE_SOURCE = ['max.message.bytes', 'min.insync.replicas'];
/** How long to wait until brokers apply a setting, in ms. */
const SETTLE_MS = 10_000;
const SETTLE_POLL_MS = 100;

/** Reads the settings of topics and of their sources; the result is empty if none can be read. */
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
    return await session.withBroker((broker) => describeConfigs(broker, existing, [...names]));
  } catch (error) {
    if (isUnreachable(error) || isTransient(error)) throw error;
    return new Map();
  }
}

/** @returns the settings that a topic must have: those of its purpose and those of its source */
export function settingsOf(
  { topic, like, settings = [] }: TopicSpec,
  { topics, configs }: KnownTopics,
): TopicSetting[] {
  const source = configs.get(like);
  const replicas = replicasOf(topics.get(topic));
  const relative =
    source && 'config' in source ? settingsLike(like, source.config, replicas || undefined) : [];
  return [...settings, ...relative];
}

/**
 * Checks the settings of existing topics, and corrects them if permitted.
 * @param corrects whether settings may be corrected at all
 */
export async function checkTopics(
  session: AdminSession,
  specs: readonly TopicSpec[],
  known: KnownTopics,
  corrects: boolean,
): Promise<ReadonlyMap<string, CheckedTopic>> {
  const violations = specs.flatMap((spec) => violationsOf(spec, known));
  const correctable = violations.filter(
    ({ spec, setting }) => corrects && spec.isOwn === true && setting.isCorrected,
  );
  const errors = new Map<Violation, BrokerError>();
  // In two requests, since a broker sets all settings of a topic or none.
  for (const isVital of [true, false]) {
    const some = correctable.filter(({ setting }) => setting.isVital === isVital);
    for (const [violation, error] of await correct(session, some)) errors.set(violation, error);
  }
  const corrected = new Set(correctable.filter((violation) => !errors.has(violation)));
  return new Map(
    specs.map((spec) => {
      const own = violations.filter((violation) => violation.spec === spec);
      const problems = own
        .filter((violation) => !corrected.has(violation))
        .map((violation) => toProblem(violation, errors.get(violation)));
      return [
        spec.topic,
        {
          problems: [...problems, ...otherProblems(spec, known)],
          corrected: own
            .filter((violation) => corrected.has(violation))
            .map(({ setting, value }) => `${setting.name}=${setting.value} (was ${value})`),
        },
      ];
    }),
  );
}

function violationsOf(spec: TopicSpec, known: KnownTopics): Violation[] {
  const described = known.configs.get(spec.topic);
  if (!described || !('config' in described)) return [];
  return settingsOf(spec, known).flatMap((setting) => {
    const value = described.config.get(setting.name);
    return value === undefined || setting.accepts(value) ? [] : [{ spec, setting, value }];
  });
}

/** Corrects settings, and waits until the brokers apply them. */
async function correct(
  session: AdminSession,
  violations: readonly Violation[],
): Promise<ReadonlyMap<Violation, BrokerError>> {
  if (violations.length === 0) return new Map();
  const alterations = new Map<string, Map<string, string>>();
  for (const { spec, setting } of violations) {
    const values = alterations.get(spec.topic) ?? new Map<string, string>();
    alterations.set(spec.topic, values.set(setting.name, setting.value));
  }
  const errors = await alter(session, alterations);
  await applied(session, new Map([...alterations].filter(([topic]) => !errors.has(topic))));
  return new Map(
    violations.flatMap((violation): [Violation, BrokerError][] => {
      const error = errors.get(violation.spec.topic);
      return error ? [[violation, error]] : [];
    }),
  );
}

async function alter(
  session: AdminSession,
  alterations: Alterations,
): Promise<ReadonlyMap<string, BrokerError>> {
  try {
    return await session.withBroker((broker) => alterConfigs(broker, alterations));
  } catch (error) {
    if (isUnreachable(error) || isTransient(error)) throw error;
    const brokerError = { type: protocolErrorType(error) ?? 'UNKNOWN', message: String(error) };
    return new Map([...alterations.keys()].map((topic) => [topic, brokerError]));
  }
}

/** Waits until brokers apply settings, or for `SETTLE_MS`. */
async function applied(session: AdminSession, alterations: Alterations): Promise<void> {
  const names = [...new Set([...alterations.values()].flatMap((values) => [...values.keys()]))];
  const until = Date.now() + SETTLE_MS;
  while (alterations.size > 0 && Date.now() < until) {
    const configs = await session.withBroker((broker) =>
      describeConfigs(broker, [...alterations.keys()], names),
    );
    const isSet = ([topic, values]: [string, ReadonlyMap<string, string>]): boolean => {
      const described = configs.get(topic);
      if (!described || !('config' in described)) return true;
      return [...values].every(([name, value]) => described.config.get(name) === value);
    };
    if ([...alterations].every(isSet)) return;
    await sleep(SETTLE_POLL_MS);
  }
}

function toProblem({ spec, setting, value }: Violation, error?: BrokerError): TopicProblem {
  const { name, value: wanted, otherwise, isVital } = setting;
  return {
    topic: spec.topic,
    setting: name,
    value,
    wanted,
    otherwise,
    isVital,
    ...(error && { refused: brokerErrorText(error) }),
  };
}

/** Settings that can't be read, and too few replicas. */
function otherProblems({ topic, like }: TopicSpec, { topics, configs }: KnownTopics): TopicProblem[] {
  const unread = [topic, like].flatMap((each): TopicProblem[] => {
    const config = configs.get(each);
    if (!config || 'config' in config) return [];
    return [
      {
        topic,
        setting: each === topic ? 'settings' : `settings of ${each}`,
        value: 'unknown',
        wanted: 'DescribeConfigs to be granted',
        otherwise: 'the service cannot check whether records could be lost, or may not fit',
        isVital: false,
        refused: brokerErrorText(config.brokerError),
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

/** @returns how many brokers have the topic; 0 if it does not exist */
export function replicasOf(described: DescribedTopic | undefined): number {
  return described && 'replicas' in described ? described.replicas : 0;
}

function brokerErrorText({ type, message }: BrokerError): string {
  return `${type}: ${message}`;
}
