import { median } from '../report/statistics.mjs';
import { atLeast, atMost, size, topicOf } from './targets.mjs';

const MiB = 2 ** 20;
/** These measure only our service: no peer has parking or retry topics. */
const ours = (mode, options, more) => [{ name: 'ours', mode, options, ...more }];

/** Compares a measurement of our runs with its target. */
const measured = (result, bound, what, of, target) => {
  const reports = result.runs.filter(({ name }) => name === 'ours');
  return reports.length === 0 ? [] : [bound(what, median(reports.map(of)), target)];
};

const rest = {
  name: 'scale-rest',
  what: '1,000 partitions at rest, whose failed records would be parked; then metrics and health',
  topic: topicOf(size(100, 100), { partitions: 100, keys: 100, copies: 10 }),
  // As in production: the default, and the heap of the deployment's manifest.
  environment: {
    KAFKA_FETCH_MAX_WAIT_MS: '500',
    NODE_OPTIONS: '--max-old-space-size=448 --max-semi-space-size=16',
  },
  repeat: size(1, 1),
  contenders: ours('rest', { onFailure: 'park' }),
  checks: (result) => [
    ...measured(result, atMost, 'part of a core at rest', ({ restCpu }) => restCpu, 0.05),
    ...measured(result, atMost, 'RSS at rest in MiB', ({ restRssBytes }) => restRssBytes / MiB, 250),
    ...measured(result, atMost, 'GET /metrics in ms', ({ answersMs }) => answersMs['/metrics'], 50),
    ...measured(result, atMost, 'GET /health in ms', ({ answersMs }) => answersMs['/health'], 50),
    ...measured(result, atMost, 'GET /health/ready in ms', ({ answersMs }) => answersMs['/health/ready'], 50),
  ],
};

const topics = {
  name: 'scale-topics',
  what: '200 topics by pattern, with three retry topics each: from the start to the first join, and a refresh',
  topic: topicOf(size(1, 1), { partitions: 1, keys: 7, copies: 200 }),
  environment: { KAFKA_TOPIC_REFRESH_MS: '5000' },
  repeat: size(1, 1),
  contenders: ours('topics', { onFailure: 'retry-topic', delays: ['1m', '10m', '1h'] }, { pattern: true }),
  checks: (result) => [
    ...measured(result, atMost, 'seconds to the first join', ({ joinSeconds }) => joinSeconds, 10),
    // For bootstrap, the group, fetches, topic metadata, and producing.
    ...measured(result, atMost, 'connections until the join', ({ joinConnections }) => joinConnections, 8),
    ...measured(
      result,
      atMost,
      'connections for two refreshes',
      ({ refreshConnections }) => refreshConnections,
      2,
    ),
  ],
};

const fair = {
  name: 'scale-fair',
  what: '60 partitions with a backlog and a handler that waits 20 ms, in partition order',
  topic: topicOf(size(180_000, 90_000), { partitions: 60, keys: 600 }),
  delayMs: 20,
  repeat: size(1, 1),
  contenders: ours('fair', { order: 'partition' }),
  checks: (result) =>
    measured(
      result,
      atLeast,
      'slowest partition over the mean',
      ({ slowestOverMean }) => slowestOverMean,
      0.5,
    ),
};

/** The cost of the number of partitions and topics. */
export const scale = [rest, topics, fair];
