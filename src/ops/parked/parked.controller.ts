import { Body, Get, NotFoundException, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { KafkaRuntime } from '../../transport/index.js';
import {
  type Failure,
  ofKey,
  parkedKeys,
  recordsOf,
  type ShownParkedKey,
  toFailure,
  toShown,
} from '../../replay/index.js';
import { type ParkedKey, readParkedRecords, requestRelease } from '../../redelivery/index.js';
import { AuditService, fingerprint } from '../audit/audit.service.js';
import { BrokerSession } from '../broker-session.js';
import { type Caller, FromCaller } from '../caller.decorator.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { FailureAnswer, topicName } from '../schemas.js';

const topic = topicName.optional().describe('A topic or its parking topic; default: all of this service');
const ParkedQuery = z.strictObject({ topic });
const KeyQuery = z.strictObject({
  key: z.string().max(16_384).optional().describe('The key as listed; left out for records without a key'),
  topic,
});
const Release = z.strictObject({
  key: z.string().max(16_384).nullable().describe('The key as listed; null for records without a key'),
  topic,
});

const Key = z.strictObject({
  topic: z.string().describe('The parking topic'),
  partition: z.int(),
  key: z.string().nullable().describe('Null for records without a key'),
  records: z.int(),
  oldestOffset: z.string().nullable().describe('Offset of its first record in the original topic'),
  since: z.string().nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  releasing: z.boolean().describe('Whether its release was requested and is not finished'),
});
const Parked = z.strictObject({ keys: z.array(Key) });
const Records = z.strictObject({ records: z.array(FailureAnswer) });
const Released = z.strictObject({ records: z.int(), keys: z.array(Key) });

/** Lists, shows and releases parked keys. */
@OpsController('parked')
export class ParkedController {
  constructor(
    private readonly brokers: BrokerSession,
    private readonly runtime: KafkaRuntime,
    private readonly audit: AuditService,
  ) {}

  /** The parked keys, since when and why they are parked. */
  @Get()
  @Answers('Lists the parked keys', Parked)
  async list(
    @Query({ schema: ParkedQuery }) query: z.infer<typeof ParkedQuery>,
  ): Promise<{ keys: ShownParkedKey[] }> {
    return { keys: (await this.#find(query.topic)).map(toShown) };
  }

  /** The parked records of a key, oldest first, with their errors; a record that only waits behind others has none. */
  @Get('records')
  @Answers('Shows the parked records of a key, with the stacks of their errors', Records)
  async show(
    @Query({ schema: KeyQuery }) { key, topic: from }: z.infer<typeof KeyQuery>,
  ): Promise<{ records: Failure[] }> {
    const found = await this.#ofKey(from, key ?? null);
    return this.brokers.read(async (reader) => {
      const records = await Promise.all(found.map((each) => readParkedRecords(reader, each)));
      return { records: records.flat().map(toFailure) };
    });
  }

  /** The member that owns the key's partition handles its records, oldest first. */
  @Post('release')
  @Answers('Requests the release of a key', Released)
  release(
    @Body({ schema: Release }) { key, topic: from }: z.infer<typeof Release>,
    @FromCaller() caller: Caller,
  ): Promise<{ records: number; keys: ShownParkedKey[] }> {
    const parameters = { topic: from, key: key === null ? null : fingerprint(key) };
    return this.audit.change({ what: 'release', parameters, caller }, async () => {
      const found = await this.#ofKey(from, key);
      await requestRelease(this.runtime.producer, found);
      return { records: recordsOf(found), keys: found.map(toShown) };
    });
  }

  /** @throws NotFoundException if no records of the key are parked */
  async #ofKey(name: string | undefined, key: string | null): Promise<ParkedKey[]> {
    const found = ofKey(await this.#find(name), key);
    if (found.length > 0) return found;
    throw new NotFoundException(
      key === null ? 'no records without a key are parked' : 'no such key is parked',
    );
  }

  async #find(name: string | undefined): Promise<ParkedKey[]> {
    const topics = await this.brokers.topics();
    const parking = name === undefined ? topics.ownParking() : topics.parking(name);
    return this.brokers.read((reader) => parkedKeys(reader, parking));
  }
}
