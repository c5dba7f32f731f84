/** Sends the commands of a producer. */
export interface ForeignCommands {
  /** Sends a command without a response. */
  tell(...words: readonly string[]): void;
  /** Sends a command; resolves with its response. */
  ask(...words: readonly string[]): Promise<string>;
}

/** A record with everything that Kafka permits: each part may be null, and headers are ordered and may repeat. */
export interface ForeignRecord {
  /** 0 by default. */
  readonly partition?: number;
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: readonly (readonly [name: string, value: Buffer | string | null])[];
  /** Milliseconds since the epoch; now by default. */
  readonly timestamp?: number;
}

/** One of Kafka's own producers. */
export class ForeignProducer {
  constructor(
    private readonly name: string,
    private readonly client: ForeignCommands,
  ) {}

  /** Writes records and returns their offsets; records of an open transaction are then in the log too. */
  async send(topic: string, records: readonly ForeignRecord[]): Promise<bigint[]> {
    for (const { partition = 0, timestamp, key = null, value, headers = [] } of records) {
      const fields = [key, value, ...headers.flat()].map(encode);
      this.client.tell('send', this.name, topic, String(partition), String(timestamp ?? '-'), ...fields);
    }
    return toOffsets(await this.client.ask('flush', this.name));
  }

  async begin(): Promise<void> {
    await this.client.ask('begin', this.name);
  }

  async commit(): Promise<void> {
    await this.client.ask('commit', this.name);
  }

  async abort(): Promise<void> {
    await this.client.ask('abort', this.name);
  }

  async close(): Promise<void> {
    await this.client.ask('close', this.name);
  }
}

function encode(bytes: Buffer | string | null): string {
  return bytes === null ? '-' : Buffer.from(bytes).toString('base64');
}

/** Reads the offsets in a response. */
export function toOffsets(words: string): bigint[] {
  return words === '' ? [] : words.split(',').map(BigInt);
}
