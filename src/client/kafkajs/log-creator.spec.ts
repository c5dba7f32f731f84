import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import kafkajs from 'kafkajs-pinned';
import BrokerPool from 'kafkajs-pinned/src/cluster/brokerPool.js';
import errors from 'kafkajs-pinned/src/protocol/error.js';
import { LineLimit } from '../../text/line-limit.js';
import { nestLogCreator } from './log-creator.js';

/** Kafka's error code. */
const REBALANCE_IN_PROGRESS = 27;
/** Kafka's error code. */
const UNKNOWN_TOPIC_OR_PARTITION = 3;
/** Kafka's error code. */
const UNKNOWN_MEMBER_ID = 25;

const { logLevel } = kafkajs;
let warned: unknown[];
let debugged: unknown[];
/** What runs at the end of a minute. */
let due: (() => void)[];
let limit: LineLimit;

beforeEach(() => {
  due = [];
  limit = new LineLimit({ most: 1, windowMs: 60_000, schedule: (_delayMs, run) => due.push(run) });
  warned = [];
  debugged = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void warned.push(line));
  jest.spyOn(Logger.prototype, 'debug').mockImplementation((line: unknown) => void debugged.push(line));
});
afterEach(() => void jest.restoreAllMocks());

function log(level: number, message: string, details: object = {}): void {
  const entry = { namespace: 'Connection', level, label: '' };
  nestLogCreator(limit)(level)({ ...entry, log: { timestamp: '', message, ...details } });
}

test('errors and warnings of the client are warnings, with the broker or group', () => {
  log(logLevel.ERROR, 'Connection error: read ECONNRESET', { broker: 'b:9092' });
  log(logLevel.WARN, 'Request timed out', { groupId: 'g' });
  expect(warned).toEqual([
    'Connection error: read ECONNRESET (broker=b:9092)',
    'Request timed out (groupId=g)',
  ]);
});

test('an error that the client logs in place of a text is a warning with its message', () => {
  log(logLevel.ERROR, new Error('SASL PLAIN authentication failed') as unknown as string, { retryCount: 0 });
  expect(warned).toEqual(['SASL PLAIN authentication failed']);
});

test('a refused login to a broker is reported as such', async () => {
  const refused = new kafkajs.KafkaJSNonRetriableError('SASL PLAIN authentication failed');
  const error = (message: string, details: object): void => log(logLevel.ERROR, message, details);
  const retrier = (attempt: (bail: (error: Error) => void) => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => void attempt(reject).then(resolve, reject));
  const broker = { isConnected: () => false, connect: () => Promise.reject(refused) };
  const pool = { retrier, logger: { error } };
  const connecting = BrokerPool.prototype.connectBroker.call(pool as never, broker as never);
  await expect(connecting).rejects.toBe(refused);
});

test('errors that a rebalance causes are expected, and are logged for debugging only', () => {
  log(logLevel.WARN, 'The group is rebalancing, re-joining');
  for (const code of [REBALANCE_IN_PROGRESS, UNKNOWN_MEMBER_ID]) {
    const { message: error } = errors.createErrorFromCode(code);
    log(logLevel.ERROR, 'Response Heartbeat(key: 12, version: 3)', { error });
  }
  expect(warned).toEqual([]);
  expect(debugged).toHaveLength(3);
});

test('info lines of the client are logged for debugging only', () => {
  log(logLevel.INFO, 'Consumer has joined the group');
  expect(warned).toEqual([]);
  expect(debugged).toEqual(['Consumer has joined the group']);
});

test('an answer to an abandoned request, and one about a new topic, are logged for debugging only', () => {
  const { message: error } = errors.createErrorFromCode(UNKNOWN_TOPIC_OR_PARTITION);
  log(logLevel.WARN, 'Response without match', { broker: 'b:9092' });
  log(logLevel.ERROR, 'Response Metadata(key: 3, version: 6)', { error, broker: 'b:9092' });
  expect(warned).toEqual([]);
  log(logLevel.ERROR, 'Response Produce(key: 0, version: 7)', { error, broker: 'b:9092' });
  expect(warned).toHaveLength(1);
});

test('lines with the same cause are written once a minute, with their count, and all of them at debug level', () => {
  for (let attempt = 0; attempt < 50; attempt++) {
    log(logLevel.ERROR, 'Connection error: connect ECONNREFUSED', { broker: 'a:9092' });
    log(logLevel.ERROR, `Restarting the consumer in ${attempt}ms`, { groupId: 'g' });
  }
  log(logLevel.ERROR, 'Connection error: connect ECONNREFUSED', { broker: 'b:9092' });
  expect(warned).toEqual([
    'Connection error: connect ECONNREFUSED (broker=a:9092)',
    'Restarting the consumer in 0ms (groupId=g)',
    'Connection error: connect ECONNREFUSED (broker=b:9092)',
  ]);
  expect(debugged).toHaveLength(98);
  for (const run of due) run();
  expect(warned.slice(3)).toEqual([
    'Connection error: connect ECONNREFUSED (broker=a:9092): 49 more times in 60 s',
    'Restarting the consumer in 0ms (groupId=g): 49 more times in 60 s',
  ]);
});
