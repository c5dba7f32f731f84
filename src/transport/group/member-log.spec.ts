import { beforeEach, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { MemberLog } from './member-log.js';

class NotingLogger extends Logger {
  readonly lines: string[] = [];

  override warn(line: string): void {
    this.lines.push(line);
  }
}

const alike = { unlike: [], assignor: 'sticky-v1' };
const billing = { clientId: 'billing', additional: ['invoices'], missing: ['orders', 'refunds'] };
let logger: NotingLogger;
let log: MemberLog;
beforeEach(() => {
  logger = new NotingLogger();
  log = new MemberLog(logger, 'shop');
});

test('a member that reads other topics is warned of by its client id, once until it changes', () => {
  for (let join = 0; join < 3; join++) log.joined({ ...alike, unlike: [billing] });
  expect(logger.lines).toEqual([
    expect.stringMatching(
      /^group shop has members that read other topics: client billing also reads invoices and does not read orders, refunds[.]/,
    ),
  ]);
  log.joined({ ...alike, unlike: [{ ...billing, missing: [] }] });
  expect(logger.lines[1]).toContain('client billing also reads invoices. If');
});

test('members that return after they left are warned of again', () => {
  log.joined({ ...alike, unlike: [billing] });
  log.joined(alike);
  log.joined({ ...alike, unlike: [billing] });
  expect(logger.lines).toHaveLength(2);
});

test('a group that agreed on another assignor is warned of once', () => {
  for (let join = 0; join < 3; join++) log.joined({ ...alike, assignor: 'RoundRobinAssigner' });
  expect(logger.lines).toEqual([expect.stringContaining('so it uses RoundRobinAssigner')]);
});

test('a group of like members is not warned of', () => {
  log.joined(alike);
  expect(logger.lines).toEqual([]);
});
