import { expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { TopicLog } from './topic-log.js';

class NotingLogger extends Logger {
  readonly lines: string[] = [];

  override log(line: string): void {
    this.lines.push(line);
  }

  override warn(line: string): void {
    this.lines.push(line);
  }
}

const nothing = { existing: [], missing: [], skipped: [], retryTopics: [], leftParking: [] };

test('topics that are not read are logged once, each with the reason', () => {
  const logger = new NotingLogger();
  const log = new TopicLog(logger);
  const seen = { ...nothing, missing: ['bad name', 'orders'], skipped: ['cars.parked'] };
  for (let look = 0; look < 3; look++) log.seen(seen, []);
  expect(logger.lines).toEqual([
    'waiting for topics that do not exist yet: bad name (not a valid topic name), orders',
    'not read although a pattern matches them, since they are named like topics of failed records: ' +
      'cars.parked; to read one of them, name it in a handler',
  ]);
  log.seen({ ...seen, missing: ['orders'] }, ['orders']);
  expect(logger.lines[2]).toBe('waiting for topics that may not be seen, or do not exist yet: orders');
  log.seen(nothing, []);
  log.seen(seen, []);
  expect(logger.lines).toHaveLength(5);
});

test('parking topics of an earlier policy are logged once, with what to do', () => {
  const logger = new NotingLogger();
  const log = new TopicLog(logger);
  const left = [
    { topic: 'orders.g.parked', source: 'orders', keepsOrder: true },
    { topic: 'clicks.g.parked', source: 'clicks', keepsOrder: false },
  ];
  for (let look = 0; look < 3; look++) log.seen({ ...nothing, leftParking: left }, []);
  expect(logger.lines).toEqual([
    "parking topics of handlers that no longer have onFailure: 'park' are still read: orders.g.parked (new records of " +
      'orders whose key is parked are parked behind it); clicks.g.parked (clicks is read in batches, so that new ' +
      'records overtake parked ones of the same key). Release what is parked (dlq parked list, dlq parked release), ' +
      'then delete the topic',
  ]);
});
