/**
 * The ledger of one process: what it did with each record, in order. Lines are appended in
 * groups, and a handler waits until its own lines are on disk, so they survive a power failure.
 *
 * A line is tab-separated: event (S started, D done, F failed), time in µs, ownership, topic, partition, offset, id.
 * The clock is the monotonic one, which all processes share and nobody can set.
 */
import { fdatasync, openSync, write } from 'node:fs';

const { RELIABILITY_LEDGER: folder, RELIABILITY_INSTANCE: instance } = process.env;

export class LedgerWriter {
  #file = openSync(`${folder}/${instance}.${process.pid}.ledger`, 'a');
  #lines = [];
  #waiting = [];
  #flushing = false;

  /**
   * Does the work of a record and writes its lines.
   * @returns `onDisk`, which resolves once its last line is
   * @throws the error of the work, once it is on disk, since the outcome may outlive this process
   */
  async around(ownership, record, work) {
    this.#append('S', ownership, record);
    try {
      await work();
    } catch (error) {
      await this.#appended('F', ownership, record);
      throw error;
    }
    return { onDisk: this.#appended('D', ownership, record) };
  }

  #appended(event, ownership, record) {
    this.#append(event, ownership, record);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #append(event, ownership, { topic, partition, offset, id }) {
    const at = process.hrtime.bigint() / 1000n;
    this.#lines.push(`${event}\t${at}\t${ownership}\t${topic}\t${partition}\t${offset}\t${id}\n`);
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush() {
    const waiting = this.#waiting.splice(0);
    const bytes = Buffer.from(this.#lines.splice(0).join(''));
    const fail = (error) => {
      throw error;
    };
    write(this.#file, bytes, 0, bytes.length, (writing, written) => {
      if (writing || written !== bytes.length) fail(writing ?? new Error('the ledger took a part of a line'));
      fdatasync(this.#file, (syncing) => {
        if (syncing) fail(syncing);
        for (const resolve of waiting) resolve();
        if (this.#lines.length > 0) setImmediate(() => this.#flush());
        else this.#flushing = false;
      });
    });
  }
}
