import { expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext, Payload } from '@nestjs/microservices';
import { produce, type TestRecord } from '../support/kafka.js';
import { bothSides, type Side } from './difference-sides.js';

const LATIN1 = Buffer.from('grün', 'latin1');

const { stock, ours, each } = bothSides('record-differences', ({ topics, journal }) => {
  @Controller()
  class RecordController {
    @EventPattern<string>(topics.named('records'))
    onRecord(@Payload() payload: unknown, @Ctx() context: KafkaContext): void {
      const { key, headers } = context.getMessage();
      journal.note({ payload, key, headers });
    }
  }

  return { controllers: [RecordController] };
});

async function seenOn(record: TestRecord): Promise<readonly [onStock: unknown, onOurs: unknown]> {
  const seen = async ({ topics, journal }: Side): Promise<unknown> => {
    journal.entries.splice(0);
    await produce(topics.named('records'), [record]);
    return (await journal.reaches(1))[0];
  };
  const [onStock, onOurs] = await Promise.all(each.map(seen));
  return [onStock, onOurs];
}

test('a tombstone is passed as null, not as the message around it', async () => {
  const [onStock, onOurs] = await seenOn({ key: 'k', value: null });
  expect(onStock).toMatchObject({ payload: { key: 'k', value: null, topic: stock.topics.named('records') } });
  expect(onOurs).toMatchObject({ payload: null, key: 'k' });
  expect(ours.topics.all).toHaveLength(1);
});

test('a value that is not UTF-8 stays bytes and loses none of them', async () => {
  const [onStock, onOurs] = await seenOn({ value: LATIN1 });
  expect(onStock).toMatchObject({ payload: 'gr\uFFFDn' });
  expect(onOurs).toMatchObject({ payload: LATIN1 });
});

test('a key and a header that are not UTF-8 stay bytes', async () => {
  const [onStock, onOurs] = await seenOn({ key: LATIN1, value: 'v', headers: { name: LATIN1 } });
  expect(onStock).toMatchObject({ key: 'gr\uFFFDn', headers: { name: 'gr\uFFFDn' } });
  expect(onOurs).toMatchObject({ key: LATIN1, headers: { name: LATIN1 } });
});

test('JSON with an integer that JavaScript cannot represent stays text', async () => {
  const json = '{"id":9007199254740993}';
  const [onStock, onOurs] = await seenOn({ key: json, value: json });
  expect(onStock).toMatchObject({ payload: { id: 2 ** 53 } });
  expect(onOurs).toMatchObject({ payload: json, key: json });
});

test('a header with several values is an array, not one text', async () => {
  const [onStock, onOurs] = await seenOn({ value: 'v', headers: { tag: ['a', 'b'], single: 'c' } });
  expect(onStock).toMatchObject({ headers: { tag: 'a,b', single: 'c' } });
  expect(onOurs).toMatchObject({ headers: { tag: ['a', 'b'], single: 'c' } });
});
