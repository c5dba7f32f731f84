import type { TopicSetting, TopicSpec } from '../client/index.js';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** How long a record is kept beyond its delay, in case the service is down or a partition is paused. */
const RETRY_MARGIN = { leastMs: DAY_MS, enoughMs: 7 * DAY_MS };

/** With another type the broker would decompress records that fit only if compressed, and reject them. */
const COMPRESSION: TopicSetting = {
  name: 'compression.type',
  value: 'producer',
  accepts: (value) => value !== 'uncompressed',
  otherwise: 'records that fit only if they are compressed are rejected',
  isVital: false,
  isCorrected: true,
};
/** With `CreateTime`, brokers reject timestamps that differ too much from their clock (`message.timestamp.after.max.ms`). */
const TIMESTAMPS: TopicSetting = {
  name: 'message.timestamp.type',
  value: 'LogAppendTime',
  accepts: () => true,
  otherwise: 'records are rejected if the clocks of service and brokers differ too much',
  isVital: false,
  isCorrected: false,
};

function neverCompacted(otherwise: string): TopicSetting {
  return {
    name: 'cleanup.policy',
    value: 'delete',
    accepts: (value) => value === 'delete',
    otherwise,
    isVital: true,
    isCorrected: true,
  };
}

function unlimited(
  name: 'retention.ms' | 'retention.bytes',
  setting: Partial<TopicSetting> & Pick<TopicSetting, 'otherwise'>,
): TopicSetting {
  const accepts = (value: string): boolean => Number(value) < 0;
  return { name, value: '-1', accepts, isVital: true, isCorrected: true, ...setting };
}

const DEAD_LETTERS: readonly TopicSetting[] = [
  neverCompacted('a dead letter deletes earlier ones with the same key, and one without a key is rejected'),
  // Operators decide how long dead letters are kept.
  ...(['retention.ms', 'retention.bytes'] as const).map((name) =>
    unlimited(name, {
      otherwise: 'dead letters are deleted even if no operator has seen them',
      isVital: false,
      isCorrected: false,
    }),
  ),
  COMPRESSION,
  TIMESTAMPS,
];

const PARKED: readonly TopicSetting[] = [
  {
    name: 'cleanup.policy',
    value: 'compact',
    accepts: (value) => value === 'compact',
    otherwise: 'parked records are deleted before they are released',
    isVital: true,
    isCorrected: true,
  },
  {
    name: 'min.compaction.lag.ms',
    value: String(HOUR_MS),
    accepts: (value) => Number(value) >= HOUR_MS,
    otherwise:
      'compaction may delete the first copy of a record before its owner has seen that it was written twice',
    isVital: false,
    isCorrected: true,
  },
  {
    name: 'delete.retention.ms',
    value: String(DAY_MS),
    accepts: (value) => Number(value) >= HOUR_MS,
    otherwise: 'an owner that reads the topic slowly may miss the removal of a record',
    isVital: false,
    isCorrected: true,
  },
  COMPRESSION,
  TIMESTAMPS,
];

/**
 * A topic for dead letters.
 * @param isNamed whether a handler names the topic; only the default topic's settings may be corrected
 */
export function deadLetterTopic(source: string, topic: string, isNamed: boolean): TopicSpec {
  return { topic, like: source, settings: DEAD_LETTERS, isOwn: !isNamed };
}

/** A topic in which records wait for their retry. The service itself deletes records that were handled. */
export function retryTopic(source: string, topic: string, delayMs: number): TopicSpec {
  const leastMs = delayMs + RETRY_MARGIN.leastMs;
  const enoughMs = delayMs + RETRY_MARGIN.enoughMs;
  const isBelow = (value: string, limitMs: number): boolean => Number(value) >= 0 && Number(value) < limitMs;
  const settings = [
    neverCompacted('a record deletes earlier ones with the same key that are still waiting'),
    unlimited('retention.ms', {
      accepts: (value) => !isBelow(value, leastMs),
      otherwise: `records are deleted before they are handled; it must be -1, or at least the delay and a day (${leastMs})`,
    }),
    unlimited('retention.ms', {
      accepts: (value) => !isBelow(value, enoughMs) || isBelow(value, leastMs),
      otherwise:
        `records are deleted before they are handled if the service is down or paused for long; it should be -1, ` +
        `or at least the delay and a week (${enoughMs})`,
      isVital: false,
    }),
    unlimited('retention.bytes', {
      otherwise: 'records are deleted before they are handled if there are many',
    }),
    COMPRESSION,
    TIMESTAMPS,
  ];
  return { topic, like: source, settings, isOwn: true, grow: true };
}

/** A topic for parked records. */
export function parkingTopic(source: string, topic: string): TopicSpec {
  return { topic, like: source, settings: PARKED, isOwn: true, grow: true };
}
