import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../transport/index.js';
import { type KafkaTesting, KafkaTestingModule } from './index.js';

/** What the handlers did, in order. */
let events: string[] = [];
/** Ends the running calls, by value. */
const ends = new Map<string, () => void>();

@Controller()
class Handlers {
  @KafkaHandler('keyed')
  async onKeyed(@Payload() value: string): Promise<void> {
    events.push(`${value} begins`);
    await new Promise<void>((resolve) => ends.set(value, resolve));
    events.push(`${value} ends`);
  }

  @KafkaHandler('batched', { read: 'batch', batch: { maxRecords: 2, maxWaitMs: 60_000 } })
  onBatch(@Payload() values: string[]): void {
    events.push(values.join('+'));
  }
}

/** Resolves once the handler of that value runs. */
async function running(value: string): Promise<() => void> {
  for (;;) {
    const end = ends.get(value);
    if (end) return end;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('the order of deliveries', () => {
  let kafka: KafkaTesting;

  beforeEach(async () => {
    events = [];
    ends.clear();
    kafka = await KafkaTestingModule.create({ controllers: [Handlers] });
  });
  afterEach(() => kafka.close());

  test('deliveries run side by side, and those of one key in order', async () => {
    const deliveries = ['a1', 'a2', 'b1'].map((value) => kafka.deliver('keyed', { key: value[0], value }));
    const endFirst = await running('a1');
    (await running('b1'))();
    endFirst();
    (await running('a2'))();
    const outcomes = await Promise.all(deliveries);
    expect(outcomes).toMatchObject([{ status: 'handled' }, { status: 'handled' }, { status: 'handled' }]);
    expect(events).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a2 begins', 'a2 ends']);
    expect(kafka.committed('keyed')).toBe(3);
  });

  test('an incomplete batch is handled after its wait', async () => {
    await kafka.deliverBatch(
      'batched',
      ['1', '2', '3'].map((value) => ({ value })),
    );
    expect(events).toEqual(['1+2', '3']);
  });

  test('a time that cannot be read is refused', async () => {
    await expect(kafka.advance('soon' as '1s')).rejects.toThrow('"soon" is no time');
  });
});
