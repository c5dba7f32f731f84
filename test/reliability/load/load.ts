import { setTimeout as sleep } from 'node:timers/promises';
import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs-pinned';
import { micros } from '../clock.js';
import type { RecordTable } from '../ledger/record-table.js';

/** One topic to write to. */
export interface LoadTopic {
  readonly topic: string;
  partitions: number;
}

/** What a record tells its handler to do: see `instances/work.mjs`. */
export interface Deed {
  readonly do?:
    | 'poison'
    | 'flaky'
    | 'held'
    | 'fail-once'
    | 'die'
    | 'hang'
    | 'wait'
    | 'block'
    | 'leak'
    | 'late'
    | 'settled-then-thrown';
  readonly ms?: number;
  readonly bytes?: number;
  /** Makes the record larger. */
  readonly pad?: string;
  /** Headers of the record. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The records and their rate. */
export interface LoadOptions {
  readonly topics: readonly LoadTopic[];
  readonly keys: number;
  /** Records per second, over all topics. */
  rate: number;
  /** What the record of an id asks for. */
  readonly deedOf: (id: number) => Deed | undefined;
}

/** Limits of one request. */
const REQUEST = { records: 5000, bytes: 900_000 };
/** Maximum number of records that wait for a broker, like the buffer of a producer. */
const BACKLOG = 20_000;

/**
 * Writes numbered records at a rate, and notes the acknowledged ones in the table. One request
 * is in progress at a time, so that records of a key are in the log in the order of their ids.
 */
export class Load {
  readonly #producer: Producer;
  /** The ids of the records that were planned, once they were written. */
  readonly written = new Map<Deed, number>();
  readonly #planned: Deed[] = [];
  #running: Promise<void> | undefined;
  #stopping = new AbortController();
  #extra = 0;

  constructor(
    kafka: Kafka,
    private readonly table: RecordTable,
    readonly options: LoadOptions,
  ) {
    this.#producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 6, initialRetryTime: 200, maxRetryTime: 2000 },
    });
  }

  async start(): Promise<void> {
    await this.#producer.connect();
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  /** Writes this many further records as fast as possible. */
  burst(records: number): void {
    this.#extra += records;
  }

  /** Determines what the next record tells its handler to do. */
  plan(deed: Deed): void {
    this.#planned.push(deed);
  }

  /** Ends the load; waiting records are not sent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async disconnect(): Promise<void> {
    await this.#producer.disconnect();
  }

  /** Writes exactly this number of records before the load starts. */
  async fill(records: number): Promise<void> {
    await this.#producer.connect();
    for (let left = records; left > 0;) {
      const count = Math.min(left, REQUEST.records);
      await this.#send(count);
      left -= count;
    }
  }

  async #run(over: AbortSignal): Promise<void> {
    let last = micros();
    let due = 0;
    while (!over.aborted) {
      const now = micros();
      due = Math.min(due + ((now - last) / 1e6) * this.options.rate, BACKLOG);
      last = now;
      const count = Math.min(Math.floor(due) + this.#extra, REQUEST.records);
      if (count === 0 && this.#planned.length === 0) {
        await sleep(10);
        continue;
      }
      const sent = await this.#send(Math.max(count, this.#planned.length));
      const fromBurst = Math.min(this.#extra, sent);
      this.#extra -= fromBurst;
      due = Math.max(0, due - (sent - fromBurst));
      await sleep(10);
    }
  }

  /** @returns the number of sent records, which is lower for large ones */
  async #send(count: number): Promise<number> {
    const batches = new Map<string, { ids: number[]; messages: Message[] }>();
    let bytes = 0;
    let sent = 0;
    while (sent < count && bytes < REQUEST.bytes) {
      const { topic, partition, id, message } = this.#next();
      bytes += message.value?.length ?? 0;
      const name = `${topic} ${partition}`;
      const batch = batches.get(name) ?? { ids: [], messages: [] };
      batches.set(name, batch);
      batch.ids.push(id);
      batch.messages.push(message);
      sent++;
    }
    const topicMessages = [...batches].map(([name, { messages }]) => ({
      topic: name.split(' ')[0] ?? '',
      messages,
    }));
    try {
      const answers = await this.#producer.sendBatch({ topicMessages, acks: -1, timeout: 10_000 });
      for (const { topicName, partition, baseOffset, errorCode } of answers) {
        if (errorCode !== 0 || baseOffset === undefined) continue;
        const ids = batches.get(`${topicName} ${partition}`)?.ids ?? [];
        for (const [i, id] of ids.entries()) this.table.acknowledge(id, Number(baseOffset) + i);
      }
    } catch {
      // Unanswered records are abandoned, like rejected ones.
    }
    for (const { ids } of batches.values()) for (const id of ids) this.table.giveUp(id);
    return sent;
  }

  #next(): { topic: string; partition: number; id: number; message: Message } {
    const { topics, keys, deedOf } = this.options;
    const id = this.table.sent;
    const target = topics[id % topics.length];
    if (!target) throw new Error('a load needs a topic');
    const key = keyOf(id, topics.length, keys);
    const partition = key % target.partitions;
    this.table.add(target.topic, partition, key);
    const planned = this.#planned.shift();
    if (planned) this.written.set(planned, id);
    const deed = planned ?? deedOf(id);
    const { headers = {}, ...harm } = deed ?? {};
    const value = Buffer.from(JSON.stringify({ id, ...harm }));
    return { topic: target.topic, partition, id, message: { key: `k${key}`, value, partition, headers } };
  }
}

/**
 * The key of a record; topics get records in turn. A large odd step visits all keys of a topic, and with
 * them all of its partitions, before it comes to one again, in an order that looks random.
 */
export function keyOf(id: number, topics: number, keys: number): number {
  return (Math.floor(id / topics) * 7919) % keys;
}
