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

test('a warning names the client id of a member that reads other topics, once until it changes', () => {
  for (let join = 0; join < 3; join++) log.joined({ ...alike, unlike: [billing] });
  expect(logger.lines).toEqual([
    expect.stringMatching(
      /^group shop has members that read other topics: client billing also reads invoices and does not read orders, refunds[.]/,
    ),
  ]);
  log.joined({ ...alike, unlike: [{ ...billing, missing: [] }] });
  expect(logger.lines[1]).toContain('client billing also reads invoices. If');
});

test('a warning is repeated for members that left and joined again', () => {
  log.joined({ ...alike, unlike: [billing] });
  log.joined(alike);
  log.joined({ ...alike, unlike: [billing] });
  expect(logger.lines).toHaveLength(2);
});

test('a warning says once that the group uses another assignor', () => {
  for (let join = 0; join < 3; join++) log.joined({ ...alike, assignor: 'RoundRobinAssigner' });
  expect(logger.lines).toEqual([expect.stringContaining('so it uses RoundRobinAssigner')]);
});

test('no warning is logged for a group whose members read the same topics', () => {
  log.joined(alike);
  expect(logger.lines).toEqual([]);
});
