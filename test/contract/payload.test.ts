import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext, Payload } from '@nestjs/microservices';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

const VALUES: readonly (readonly [what: string, written: string | Buffer, seen: unknown])[] = [
  ['an object in JSON', '{"id":7,"at":{"x":[1,null]}}', { id: 7, at: { x: [1, null] } }],
  ['an array in JSON', '[1,"two",{"three":3}]', [1, 'two', { three: 3 }]],
  ['a number stays text', '7', '7'],
  ['a boolean stays text', 'true', 'true'],
  ['a null in JSON stays text', 'null', 'null'],
  ['a text in JSON keeps its quotes', '"text"', '"text"'],
  ['text', 'grüße 🌍', 'grüße 🌍'],
  ['an empty value', '', ''],
  ['JSON after a space stays text', ' {"id":7}', ' {"id":7}'],
  ['an object that is not JSON stays text', '{"id":', '{"id":'],
  ['an array that is not JSON stays text', '[broken', '[broken'],
  ['bytes with a schema id stay bytes', Buffer.from([0, 0, 0, 0, 1, 2]), Buffer.from([0, 0, 0, 0, 1, 2])],
];

describe.each(transports)('payloads on $name', ({ start }) => {
  const topics = new Topics('payload');
  const whole = topics.named('whole');
  const part = topics.named('part');
  const bare = topics.named('bare');
  const swapped = topics.named('swapped');
  const payloads = new Journal<unknown>();
  const parts = new Journal<unknown>();
  const bareArguments = new Journal<unknown[]>();
  const swappedArguments = new Journal<unknown[]>();
  let service: ContractService;

  @Controller()
  class PayloadController {
    @EventPattern(whole)
    onWhole(@Payload() payload: unknown): void {
      payloads.note(payload);
    }

    @EventPattern(part)
    onPart(@Payload('id') id: unknown, @Payload('missing') missing: unknown): void {
      parts.note({ id, missing });
    }

    @EventPattern(bare)
    onBare(...args: unknown[]): void {
      bareArguments.note(args);
    }

    @EventPattern<string>(swapped)
    onSwapped(@Ctx() context: KafkaContext, @Payload() payload: unknown): void {
      swappedArguments.note([context.getTopic(), payload]);
    }
  }

  beforeAll(async () => {
    service = await start({ controllers: [PayloadController] }, { topics: topics.all });
    await produce(
      whole,
      VALUES.map(([, value]) => ({ key: 'k', value })),
    );
    await payloads.reaches(VALUES.length);
  });
  afterAll(() => service.stop());

  test.each(VALUES.map((value, index) => [...value, index] as const))(
    'the payload of %s',
    (_what, _written, seen, index) => {
      expect(payloads.entries[index]).toEqual(seen);
    },
  );

  test('@Payload with a name picks a field, and undefined where there is none', async () => {
    await produce(part, [{ key: 'k', value: '{"id":7}' }]);
    await produce(part, [{ key: 'k', value: 'text' }]);
    expect(await parts.reaches(2)).toEqual([
      { id: 7, missing: undefined },
      { id: undefined, missing: undefined },
    ]);
  });

  test('a handler without parameter decorators gets the payload alone', async () => {
    await produce(bare, ['{"id":7}']);
    expect(await bareArguments.reaches(1)).toEqual([[{ id: 7 }]]);
  });

  test('payload and context are passed to the parameters with their decorators', async () => {
    await produce(swapped, ['a']);
    expect(await swappedArguments.reaches(1)).toEqual([[swapped, 'a']]);
  });
});
