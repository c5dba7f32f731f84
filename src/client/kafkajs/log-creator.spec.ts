import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import kafkajs from 'kafkajs';
import errors from 'kafkajs/src/protocol/error.js';
import { nestLogCreator } from './log-creator.js';

/** By the protocol's number. */
const REBALANCE_IN_PROGRESS = 27;

const { logLevel } = kafkajs;
let warned: unknown[];
let whispered: unknown[];

beforeEach(() => {
  warned = [];
  whispered = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void warned.push(line));
  jest.spyOn(Logger.prototype, 'debug').mockImplementation((line: unknown) => void whispered.push(line));
});
afterEach(() => void jest.restoreAllMocks());

function log(level: number, message: string, details: object = {}): void {
  const entry = { namespace: 'Connection', level, label: '' };
  nestLogCreator()(level)({ ...entry, log: { timestamp: '', message, ...details } });
}

test('what goes wrong in the client is a warning, with where', () => {
  log(logLevel.ERROR, 'Connection error: read ECONNRESET', { broker: 'b:9092' });
  log(logLevel.WARN, 'Request timed out', { groupId: 'g' });
  expect(warned).toEqual([
    'Connection error: read ECONNRESET (broker=b:9092)',
    'Request timed out (groupId=g)',
  ]);
});

test('a rebalance is ordinary: each heartbeat that hears of it whispers', () => {
  log(logLevel.WARN, 'The group is rebalancing, re-joining');
  log(logLevel.ERROR, 'Response Heartbeat(key: 12, version: 3)', {
    error: errors.createErrorFromCode(REBALANCE_IN_PROGRESS).message,
  });
  expect(warned).toEqual([]);
  expect(whispered).toHaveLength(2);
});

test('what the client tells of its inner life is for debugging', () => {
  log(logLevel.INFO, 'Consumer has joined the group');
  expect(warned).toEqual([]);
  expect(whispered).toEqual(['Consumer has joined the group']);
});
