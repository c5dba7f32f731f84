import { waitFor } from '../support/kafka.js';

/** What handlers received, in order. */
export class Journal<T> {
  readonly entries: T[] = [];

  note(entry: T): void {
    this.entries.push(entry);
  }

  /** All entries so far, once there are at least `count`. */
  async reaches(count: number): Promise<readonly T[]> {
    return waitFor(() => this.entries.length >= count && [...this.entries], {
      what: `${count} entries in ${JSON.stringify(this.entries)}`,
      everyMs: 10,
    });
  }
}
