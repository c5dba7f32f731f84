import { Body, Get, NotFoundException, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { KafkaRuntime } from '../../transport/index.js';
import { ofKey, parkedKeys, recordsOf, type ShownParkedKey, toShown } from '../../replay/index.js';
import { askRelease, type ParkedKey } from '../../redelivery/index.js';
import { AuditService, fingerprint } from '../audit/audit.service.js';
import { BrokerSession } from '../broker-session.js';
import { type Caller, FromCaller } from '../caller.decorator.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { topicName } from '../schemas.js';

const topic = topicName
  .optional()
  .describe('A topic, or where its records are parked; all of this service by default');
const ParkedQuery = z.strictObject({ topic });
const Release = z.strictObject({
  key: z.string().max(16_384).nullable().describe('As it is listed; null for the records without one'),
  topic,
});

const Key = z.strictObject({
  topic: z.string().describe('Where it is parked'),
  partition: z.int(),
  key: z.string().nullable().describe('Null for the records without one'),
  records: z.int(),
  oldestOffset: z.string().nullable().describe('Of its first record, in its own topic'),
  since: z.string().nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  releasing: z.boolean().describe('Whether its release was asked for and has not ended'),
});
const Parked = z.strictObject({ keys: z.array(Key) });
const Released = z.strictObject({ records: z.int(), keys: z.array(Key) });

/** Looks at keys that are parked, and lets them go. */
@OpsController('parked')
export class ParkedController {
  constructor(
    private readonly brokers: BrokerSession,
    private readonly runtime: KafkaRuntime,
    private readonly audit: AuditService,
  ) {}

  /** Which keys stand still, since when and why. */
  @Get()
  @Answers('Lists the keys that are parked', Parked)
  async list(
    @Query({ schema: ParkedQuery }) query: z.infer<typeof ParkedQuery>,
  ): Promise<{ keys: ShownParkedKey[] }> {
    return { keys: (await this.#find(query.topic)).map(toShown) };
  }

  /** Whoever owns the key's partition handles its records, oldest first. */
  @Post('release')
  @Answers('Asks for the release of a key', Released)
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
      await askRelease(this.runtime.producer, found);
      return { records: recordsOf(found), keys: found.map(toShown) };
    });
  }

  async #find(name: string | undefined): Promise<ParkedKey[]> {
    const topics = await this.brokers.topics();
    const parking = name === undefined ? topics.ownParking() : topics.parking(name);
    return this.brokers.read((reader) => parkedKeys(reader, parking));
  }
}
