/** A setting of a topic that something the service promises depends on. */
export interface TopicSetting {
  /** As Kafka names it, such as `cleanup.policy`. */
  readonly name: string;
  /** What the topic is created with, and set to. */
  readonly value: string;
  /** Whether a topic that exists may keep another value. */
  readonly accepts: (value: string) => boolean;
  /** What comes of a value that is not accepted. */
  readonly otherwise: string;
  /** Whether that is lost records: then nothing is written to the topic. */
  readonly isVital: boolean;
  /** Whether the service corrects it; else it is somebody's choice, and is only named. */
  readonly isCorrected: boolean;
}

/** What is wrong with a topic that exists. */
export interface TopicProblem {
  readonly topic: string;
  /** The setting's name; `settings` where none of them could be read. */
  readonly setting: string;
  readonly value: string;
  readonly wanted: string;
  /** What comes of it. */
  readonly otherwise: string;
  readonly isVital: boolean;
  /** What keeps the service from correcting it, in the broker's words. */
  readonly refused?: string;
}

/** A topic that exists by now. */
export interface EnsuredTopic {
  readonly partitions: number;
  readonly problems: readonly TopicProblem[];
  /** Settings that were corrected just now, as `name=value (was value)`. */
  readonly corrected: readonly string[];
}

/** The settings of a topic, by name. */
export type TopicConfig = ReadonlyMap<string, string>;

/** Copies have headers that say where a record is from and why it failed: 16 KiB at most, and what a codec may add. */
export const COPY_ROOM_BYTES = 64 * 1024;
const MAX_INT = 2_147_483_647;

/**
 * What a topic for copies must have as its source has it.
 * @param replicas how many brokers keep the topic for copies; undefined where it is to be created
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
      otherwise: `records as large as ${source} takes them may not fit`,
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
      otherwise: `a record may be kept by fewer brokers than in ${source} when its offset is committed`,
      isVital: false,
      isCorrected: true,
    });
  }
  return settings;
}

/** What is wrong with a topic whose records fewer brokers keep than those of its source; it can't be set. */
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
    otherwise: `a record is kept by fewer brokers than in ${source} when its offset is committed`,
    isVital: false,
    refused: 'only kafka-reassign-partitions changes it',
  };
}

function numberOf(config: TopicConfig, name: string): number | undefined {
  const value = config.get(name);
  return value === undefined || value === '' ? undefined : Number(value);
}
