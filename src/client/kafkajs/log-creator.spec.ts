import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import kafkajs from 'kafkajs-pinned';
import errors from 'kafkajs-pinned/src/protocol/error.js';
import { nestLogCreator } from './log-creator.js';

/** Kafka's error code. */
const REBALANCE_IN_PROGRESS = 27;

const { logLevel } = kafkajs;
let warned: unknown[];
let debugged: unknown[];

beforeEach(() => {
  warned = [];
  debugged = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void warned.push(line));
  jest.spyOn(Logger.prototype, 'debug').mockImplementation((line: unknown) => void debugged.push(line));
});
afterEach(() => void jest.restoreAllMocks());

function log(level: number, message: string, details: object = {}): void {
  const entry = { namespace: 'Connection', level, label: '' };
  nestLogCreator()(level)({ ...entry, log: { timestamp: '', message, ...details } });
}

test('errors and warnings of the client are warnings, with the broker or group', () => {
  log(logLevel.ERROR, 'Connection error: read ECONNRESET', { broker: 'b:9092' });
  log(logLevel.WARN, 'Request timed out', { groupId: 'g' });
  expect(warned).toEqual([
    'Connection error: read ECONNRESET (broker=b:9092)',
    'Request timed out (groupId=g)',
  ]);
});

test('errors that a rebalance causes are expected, and are logged for debugging only', () => {
  log(logLevel.WARN, 'The group is rebalancing, re-joining');
  log(logLevel.ERROR, 'Response Heartbeat(key: 12, version: 3)', {
    error: errors.createErrorFromCode(REBALANCE_IN_PROGRESS).message,
  });
  expect(warned).toEqual([]);
  expect(debugged).toHaveLength(2);
});

test('information of the client is for debugging', () => {
  log(logLevel.INFO, 'Consumer has joined the group');
  expect(warned).toEqual([]);
  expect(debugged).toEqual(['Consumer has joined the group']);
});
