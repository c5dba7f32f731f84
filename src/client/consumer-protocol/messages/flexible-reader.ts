import { ByteReader } from '../../protocol/byte-reader.js';
import type { TopicId } from './message.js';

const UUID_BYTES = 16;

/** Reads the types of flexible versions (KIP-482): compact strings and arrays, UUIDs and tagged fields. */
export class FlexibleReader extends ByteReader {
  boolean(): boolean {
    return this.int8() !== 0;
  }

  /** @returns null if there is none */
  nullableText(): string | null {
    const length = this.unsignedVarint() - 1;
    return length < 0 ? null : this.text(length);
  }

  compactText(): string {
    return this.nullableText() ?? '';
  }

  /** Reads the elements of an array; none if the array is null. */
  compactArray<T>(read: () => T): T[] {
    return this.array(this.unsignedVarint() - 1, read);
  }

  /** Reads topics by name, each with an array of partitions, of which `readPartition` reads what comes before the tags. */
  topics<P>(readPartition: () => P): { topic: string; partitions: P[] }[] {
    return this.compactArray(() => {
      const topic = this.compactText();
      const partitions = this.compactArray(() => {
        const partition = readPartition();
        this.skipTags();
        return partition;
      });
      this.skipTags();
      return { topic, partitions };
    });
  }

  /** @returns the bytes as a view; none if there are none */
  compactBytes(): Buffer {
    return this.slice(this.unsignedVarint() - 1) ?? NO_BYTES;
  }

  uuid(): TopicId {
    return this.slice(UUID_BYTES)?.toString('hex') ?? '';
  }

  skipTags(): void {
    for (let tags = this.unsignedVarint(); tags > 0; tags--) {
      this.unsignedVarint();
      this.skip(this.unsignedVarint());
    }
  }

  /** Reads tagged fields. `take` reads one field from its first byte on; a field that it does not know is skipped. */
  tags(take: (tag: number, field: FlexibleReader) => void): void {
    for (let tags = this.unsignedVarint(); tags > 0; tags--) {
      const tag = this.unsignedVarint();
      const field = this.slice(this.unsignedVarint());
      if (field) take(tag, new FlexibleReader(field));
    }
  }
}

const NO_BYTES = Buffer.alloc(0);
