import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Logger } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  BatchRecordError,
  DependencyUnavailableError,
  KafkaBatchContext,
  KafkaHandler,
} from '../transport/index.js';
import { KafkaTesting, KafkaTestingModule } from './index.js';

/** Values whose handlers fail. A test removes the values that it has fixed. */
const failing = new Set<string>();
let handled: string[] = [];

function handle(value: string): void {
  if (failing.has(value)) throw new Error(`${value} fails`);
  handled.push(value);
}

@Controller()
class Handlers {
  @KafkaHandler('delayed', { onFailure: 'retry-topic', delays: ['30s', '1h'], retry: { attempts: 2 } })
  onDelayed(@Payload() value: string): void {
    handle(value);
  }

  @KafkaHandler('parked', { onFailure: 'park', retry: { attempts: 1 } })
  onParked(@Payload() value: string): void {
    handle(value);
  }

  @KafkaHandler('stopped', { onFailure: 'stop', retry: { attempts: 1 } })
  onStopped(@Payload() value: string): void {
    handle(value);
  }

  @KafkaHandler('skipped', { onFailure: 'skip', retry: { attempts: 3 } })
  onSkipped(@Payload() value: string): void {
    handle(value);
  }

  @KafkaHandler('dependent')
  onDependent(@Payload() value: string): void {
    if (failing.has(value)) throw new DependencyUnavailableError('the stock service is unavailable');
    handled.push(value);
  }

  @KafkaHandler('batches', { read: 'batch', retry: { attempts: 3 } })
  onBatch(@Payload() values: string[], @Ctx() _context: KafkaBatchContext): void {
    handled.push(values.join('+'));
    const at = values.findIndex((value) => failing.has(value));
    if (at >= 0) throw new BatchRecordError(at, new Error(`${values[at]} fails`));
  }

  @KafkaHandler('audited')
  onAudited(): void {
    handled.push('by test');
  }

  @KafkaHandler('audited', { groupId: 'audit', onFailure: 'skip', retry: { attempts: 1 } })
  onAuditedElsewhere(): void {
    throw new Error('the audit fails');
  }
}

describe('a record that fails in a test', () => {
  let kafka: KafkaTesting;

  beforeEach(async () => {
    failing.clear();
    handled = [];
    kafka = await KafkaTestingModule.create({ controllers: [Handlers] });
    Logger.overrideLogger(false);
  });
  afterEach(() => kafka.close());

  test('a record in a retry topic is handled again when its delay has passed', async () => {
    failing.add('a');
    const delivery = await kafka.deliver('delayed', { key: 'k', value: 'a', headers: { h: 'v' } });
    expect(delivery).toMatchObject({ status: 'retry-topic', attempts: 2, committed: 1 });
    expect(kafka.retries('delayed')).toMatchObject([
      { topic: 'delayed.test.retry.30s', value: 'a', headers: { h: 'v' }, attempts: 2, dueInMs: 30_000 },
    ]);
    await kafka.advance('29s');
    expect(kafka.retries('delayed')).toMatchObject([{ dueInMs: 1_000 }]);
    await kafka.advance('1s');
    expect(kafka.retries('delayed')).toMatchObject([{ topic: 'delayed.test.retry.1h', attempts: 3 }]);
    failing.clear();
    await kafka.advance('1h');
    expect(handled).toEqual(['a']);
    expect(kafka.retries('delayed')).toEqual([]);
    expect(kafka.deadLetters('delayed')).toEqual([]);
  });

  test('a record that fails after the last delay becomes a dead letter', async () => {
    failing.add('a');
    await kafka.deliver('delayed', { value: 'a' });
    await kafka.advance('2h');
    expect(kafka.deadLetters('delayed')).toMatchObject([{ value: 'a', attempts: 4, message: 'a fails' }]);
  });

  test('later records of a parked key are parked until the key is released', async () => {
    failing.add('a1');
    const first = await kafka.deliver('parked', { key: 'a', value: 'a1' });
    const [second, other] = await kafka.deliverBatch('parked', [
      { key: 'a', value: 'a2' },
      { key: 'b', value: 'b1' },
    ]);
    expect(first).toMatchObject({ status: 'parked', attempts: 1 });
    expect(second).toMatchObject({ status: 'parked', attempts: 0 });
    expect(other).toMatchObject({ status: 'handled', committed: 3 });
    expect(await kafka.parked('parked')).toMatchObject([
      { key: 'a', value: 'a1', reason: 'Error', message: 'a1 fails' },
      { key: 'a', value: 'a2' },
    ]);
    await kafka.release('parked', 'a');
    expect(await kafka.parked('parked')).toHaveLength(2);
    failing.clear();
    await kafka.release('parked', 'a');
    expect(await kafka.parked('parked')).toEqual([]);
    expect(handled).toEqual(['b1', 'a1', 'a2']);
  });

  test('a batch in which one record fails settles the others', async () => {
    failing.add('2');
    const deliveries = await kafka.deliverBatch(
      'batches',
      ['1', '2', '3'].map((value) => ({ value })),
    );
    expect(deliveries).toMatchObject([
      { status: 'handled', attempts: 1, error: undefined },
      { status: 'dead-letter', error: { message: '2 fails' } },
      { status: 'handled', error: undefined, committed: 3 },
    ]);
    expect(handled[0]).toBe('1+2+3');
    expect(kafka.deadLetters('batches')).toMatchObject([{ value: '2' }]);
  });

  test('a record is skipped with the policy skip', async () => {
    failing.add('a');
    await expect(kafka.deliver('skipped', { value: 'a' })).resolves.toMatchObject({
      status: 'skipped',
      attempts: 3,
      error: { message: 'a fails' },
      committed: 1,
    });
  });

  test('a record that stops its partition is not committed, nor are the records behind it', async () => {
    failing.add('a');
    const stopped = await kafka.deliver('stopped', { value: 'a' });
    expect(stopped).toMatchObject({ status: 'stopped', attempts: 1, committed: 0 });
    const behind = await kafka.deliver('stopped', { value: 'b' });
    expect(behind).toMatchObject({ status: 'waiting', attempts: 0, committed: 0 });
    expect(handled).toEqual([]);
  });

  test('a record waits for a dependency of its handler, and later records of its key wait behind it', async () => {
    failing.add('a');
    const waiting = await kafka.deliver('dependent', { key: 'k', value: 'a' });
    expect(waiting).toMatchObject({ status: 'waiting', attempts: 1, committed: 0 });
    expect(waiting.error).toBeInstanceOf(DependencyUnavailableError);
    const [behind, other] = await kafka.deliverBatch('dependent', [
      { key: 'k', value: 'b' },
      { key: 'other', value: 'c' },
    ]);
    expect(behind).toMatchObject({ status: 'waiting', attempts: 0, error: undefined });
    expect(other).toMatchObject({ status: 'handled', committed: 0 });
    failing.clear();
    await kafka.advance('1m');
    expect(handled).toEqual(['c', 'a', 'b']);
    expect(kafka.committed('dependent')).toBe(3);
  });

  test('a delivery ends when all groups have settled the record, and has the outcome of one group', async () => {
    const audit = { groupId: 'audit' };
    await expect(kafka.deliver('audited', { value: 'x' })).resolves.toMatchObject({
      groupId: 'test',
      status: 'handled',
    });
    await expect(kafka.deliver('audited', { value: 'y' }, audit)).resolves.toMatchObject({
      groupId: 'audit',
      status: 'skipped',
      committed: 2,
    });
    expect(kafka.committed('audited')).toBe(2);
    expect(kafka.committed('audited', 0, audit)).toBe(2);
  });
});
