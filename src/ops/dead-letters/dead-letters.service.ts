import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { toOffset } from '../../pipeline/index.js';
import {
  type Failure,
  type KeylessRecord,
  selectDeadLetters,
  DeadLetterCounter,
  type DeadLetterCount,
  requireDeadLetter,
  toFailure,
  toKeyless,
} from '../../replay/index.js';
import { BrokerSession } from '../broker-session.js';
import type { DeadLetterPosition, DeadLetterQuery } from './dead-letters.schemas.js';

/** The content of the dead-letter topics. */
export interface DeadLettersView {
  readonly deadLetters: number;
  readonly replayed: number;
  readonly groups: readonly DeadLetterCount[];
  readonly records?: readonly KeylessRecord[];
}

/** One dead letter with its error. */
export interface ShownDeadLetter extends Failure {
  readonly replayed: boolean;
}

/** Lists, counts and shows dead letters. */
@Injectable()
export class DeadLettersService {
  constructor(private readonly brokers: BrokerSession) {}

  /** @throws DlqError if a topic has no dead-letter topic */
  async list(query: z.infer<typeof DeadLetterQuery>, gone: AbortSignal): Promise<DeadLettersView> {
    const { topic, reason, key, since, limit } = query;
    const topics = await this.brokers.topics();
    const selected = topic === undefined ? topics.own() : topics.of(topic);
    const filter = { reason, key, since: since && Date.now() - since };
    const signal = this.brokers.untilStop(gone);
    const tally = new DeadLetterCounter();
    const records: KeylessRecord[] = [];
    let [deadLetters, replayed] = [0, 0];
    await this.brokers.read(async (reader) => {
      for await (const logged of selectDeadLetters({ reader, signal }, selected, filter)) {
        tally.add(logged);
        deadLetters++;
        if (logged.replayed) replayed++;
        if (records.length < limit) records.push(toKeyless(logged.deadLetter, logged.replayed));
      }
    });
    const counts = { deadLetters, replayed, groups: tally.list() };
    return query.records === 'true' ? { ...counts, records } : counts;
  }

  /** @throws DlqError if there is no such dead letter */
  async show({
    topic: name,
    partition,
    offset,
  }: z.infer<typeof DeadLetterPosition>): Promise<ShownDeadLetter> {
    const { topic } = (await this.brokers.topics()).one(name);
    return this.brokers.read(async (reader) => {
      const found = await requireDeadLetter(reader, topic, partition, toOffset(offset));
      return { ...toFailure(found.deadLetter), replayed: found.replayed };
    });
  }
}
