import { Body, Get, NotFoundException, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { KafkaRuntime } from '../../transport/index.js';
import { ofKey, parkedKeys, recordsOf, type ShownParkedKey, toShown } from '../../replay/index.js';
import { requestRelease, type ParkedKey } from '../../redelivery/index.js';
import { AuditService, fingerprint } from '../audit/audit.service.js';
import { BrokerSession } from '../broker-session.js';
import { type Caller, FromCaller } from '../caller.decorator.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { topicName } from '../schemas.js';

const topic = topicName.optional().describe('A topic or its parking topic; default: all of this service');
const ParkedQuery = z.strictObject({ topic });
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
const Released = z.strictObject({ records: z.int(), keys: z.array(Key) });

/** Lists parked keys and releases them. */
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

  /** The member that owns the key's partition handles its records, oldest first. */
  @Post('release')
  @Answers('Requests the release of a key', Released)
  release(
    @Body({ schema: Release }) { key, topic: from }: z.infer<typeof Release>,
    @FromCaller() caller: Caller,
  ): Promise<{ records: number; keys: ShownParkedKey[] }> {
    const parameters = { topic: from, key: key === null ? null : fingerprint(key) };
    return this.audit.change({ what: 'release', parameters, caller }, async () => {
      const found = ofKey(await this.#find(from), key);
      if (found.length === 0) {
        throw new NotFoundException(
          key === null ? 'no records without a key are parked' : 'no such key is parked',
        );
      }
      await requestRelease(this.runtime.producer, found);
      return { records: recordsOf(found), keys: found.map(toShown) };
    });
  }

  async #find(name: string | undefined): Promise<ParkedKey[]> {
    const topics = await this.brokers.topics();
    const parking = name === undefined ? topics.ownParking() : topics.parking(name);
    return this.brokers.read((reader) => parkedKeys(reader, parking));
  }
}
