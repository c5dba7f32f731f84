/** A setting of a topic that the service's guarantees depend on. */
export interface TopicSetting {
  /** Kafka's name of the setting, such as `cleanup.policy`. */
  readonly name: string;
  /** The value with which the topic is created, or to which the setting is corrected. */
  readonly value: string;
  /** Whether an existing topic may keep another value. */
  readonly accepts: (value: string) => boolean;
  /** The consequence of a value that is not accepted. */
  readonly otherwise: string;
  /** Whether the consequence is lost records: then nothing is written to the topic. */
  readonly isVital: boolean;
  /** Whether the service corrects it; else it is an operator's choice, and is only reported. */
  readonly isCorrected: boolean;
}

/** A problem of an existing topic. */
export interface TopicProblem {
  readonly topic: string;
  /** The setting's name; `settings` if none of them could be read. */
  readonly setting: string;
  readonly value: string;
  readonly wanted: string;
  /** The consequence of the value. */
  readonly otherwise: string;
  readonly isVital: boolean;
  /** Why the service cannot correct it, in the broker's words. */
  readonly refused?: string;
}

/** A topic that exists. */
export interface EnsuredTopic {
  readonly partitions: number;
  readonly problems: readonly TopicProblem[];
  /** Settings that were corrected just now, as `name=value (was value)`. */
  readonly corrected: readonly string[];
}

/** The settings of a topic, by name. */
export type TopicConfig = ReadonlyMap<string, string>;

/**
 * Room for the headers that a copy has in addition to the original record (its origin and why it failed, 16 KiB at
 * most), and for the overhead of a codec.
 */
export const COPY_ROOM_BYTES = 64 * 1024;
const MAX_INT = 2_147_483_647;

/**
 * The settings that a topic for copies must take over from its source.
 * @param replicas how many brokers keep the topic for copies; undefined if it is to be created
 */
export function settingsLike(source: string, config: TopicConfig, replicas?: number): TopicSetting[] {
  const settings: TopicSetting[] = [];
  const maxBytes = numberOf(config, 'max.message.bytes');
  if (maxBytes !== undefined) {
    const wanted = Math.min(maxBytes + COPY_ROOM_BYTES, MAX_INT);
    settings.push({
      name: 'max.message.bytes',
      value: String(wanted),
      accepts: (value) => Number(value) >= wanted,
      otherwise: `records as large as ${source} accepts them may not fit`,
      isVital: false,
      isCorrected: true,
    });
  }
  const inSync = numberOf(config, 'min.insync.replicas');
  if (inSync !== undefined) {
    const wanted = Math.min(inSync, replicas ?? inSync);
    settings.push({
      name: 'min.insync.replicas',
      value: String(wanted),
      accepts: (value) => Number(value) >= wanted,
      otherwise: `fewer brokers than in ${source} may have a record when its offset is committed`,
      isVital: false,
      isCorrected: true,
    });
  }
  return settings;
}

/**
 * @returns the problem of a topic with fewer replicas than its source, if there is one; the service cannot correct it
 */
export function replicationProblem(
  topic: string,
  source: string,
  replicas: number,
  sourceReplicas: number,
): TopicProblem | undefined {
  if (replicas === 0 || replicas >= sourceReplicas) return undefined;
  return {
    topic,
    setting: 'replication.factor',
    value: String(replicas),
    wanted: String(sourceReplicas),
    otherwise: `fewer brokers than in ${source} have a record when its offset is committed`,
    isVital: false,
    refused: 'only kafka-reassign-partitions changes it',
  };
}

function numberOf(config: TopicConfig, name: string): number | undefined {
  const value = config.get(name);
  return value === undefined || value === '' ? undefined : Number(value);
}
