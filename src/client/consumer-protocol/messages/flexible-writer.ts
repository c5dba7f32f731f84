import type { TopicId } from './message.js';

const FIRST_BYTES = 256;

/** Writes the types of flexible versions (KIP-482) into one buffer, which grows as needed. */
export class FlexibleWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 0;

  /** What was written; a view, to be used before anything else is written. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  int8(value: number): this {
    this.#at = this.#room(1).writeInt8(value, this.#at);
    return this;
  }

  int32(value: number): this {
    this.#at = this.#room(4).writeInt32BE(value, this.#at);
    return this;
  }

  int64(value: bigint): this {
    this.#at = this.#room(8).writeBigInt64BE(value, this.#at);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  unsignedVarint(value: number): this {
    let left = value;
    for (; left >= 0x80; left >>>= 7) this.#byte((left & 0x7f) | 0x80);
    return this.#byte(left);
  }

  /** A string, or null. */
  text(value: string | null): this {
    if (value === null) return this.unsignedVarint(0);
    const length = Buffer.byteLength(value);
    this.unsignedVarint(length + 1);
    this.#room(length).write(value, this.#at);
    this.#at += length;
    return this;
  }

  /** An array, or null. */
  array<T>(items: readonly T[] | null, write: (item: T) => void): this {
    if (items === null) return this.unsignedVarint(0);
    this.unsignedVarint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  /** Topics by name, each with an array of partitions. */
  topics<P>(
    topics: readonly { readonly topic: string; readonly partitions: readonly P[] }[],
    writePartition: (partition: P) => void,
  ): this {
    return this.array(topics, ({ topic, partitions }) =>
      this.text(topic).array(partitions, writePartition).noTags(),
    );
  }

  uuid(id: TopicId): this {
    this.#at += this.#room(id.length / 2).write(id, this.#at, 'hex');
    return this;
  }

  /** Ends a structure that has no tagged fields. */
  noTags(): this {
    return this.#byte(0);
  }

  #byte(value: number): this {
    this.#at = this.#room(1).writeUInt8(value, this.#at);
    return this;
  }

  /** @returns the buffer, with room for so many more bytes */
  #room(length: number): Buffer {
    const needed = this.#at + length;
    if (needed <= this.#buffer.length) return this.#buffer;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
    return larger;
  }
}
