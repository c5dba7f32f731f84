import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import { type Entry, LaneOrder } from './lane-order.js';
import { type RecordTable, UNANSWERED } from './record-table.js';

interface Tail {
  readonly file: number;
  readonly order: LaneOrder;
  readonly instance: string;
  position: number;
  rest: string;
}

/** Reads new lines of the instances' ledgers into the table, whenever it is called. */
export class LedgerReader {
  readonly #tails = new Map<string, Tail>();
  readonly #chunk = Buffer.alloc(1 << 20);
  /** Lines of records that were not acknowledged to the producer yet. */
  #early: { readonly entry: Entry; readonly instance: string }[] = [];

  constructor(
    private readonly folder: string,
    private readonly table: RecordTable,
  ) {}

  get overtaken(): { readonly count: number; readonly examples: readonly string[] } {
    const orders = [...this.#tails.values()].map(({ order }) => order);
    return {
      count: orders.reduce((sum, { count }) => sum + count, 0),
      examples: orders.flatMap(({ violations }) => violations).slice(0, 5),
    };
  }

  /** Reads all lines that were written so far. */
  catchUp(): void {
    for (const { entry, instance } of this.#early.splice(0)) this.#apply(entry, instance);
    for (const name of readdirSync(this.folder)) {
      if (name.endsWith('.ledger')) this.#read(this.#tailOf(name));
    }
  }

  close(): void {
    for (const { file } of this.#tails.values()) closeSync(file);
    this.#tails.clear();
  }

  #tailOf(name: string): Tail {
    let tail = this.#tails.get(name);
    if (!tail) {
      const [instance = ''] = name.split('.');
      const order = new LaneOrder(path.basename(name, '.ledger'), (id) => this.table.key.get(id));
      tail = { file: openSync(path.join(this.folder, name), 'r'), order, instance, position: 0, rest: '' };
      this.#tails.set(name, tail);
    }
    return tail;
  }

  #read(tail: Tail): void {
    for (;;) {
      const bytes = readSync(tail.file, this.#chunk, 0, this.#chunk.length, tail.position);
      if (bytes === 0) return;
      tail.position += bytes;
      const lines = (tail.rest + this.#chunk.toString('latin1', 0, bytes)).split('\n');
      tail.rest = lines.pop() ?? '';
      for (const line of lines) this.#take(parse(line), tail);
    }
  }

  #take(entry: Entry, { order, instance }: Tail): void {
    if (entry.id < this.table.firstId) return;
    order.take(entry);
    this.#apply(entry, instance);
  }

  /** A record that the producer has written twice counts at its acknowledged offset. */
  #apply(entry: Entry, instance: string): void {
    const { event, id, at, offset } = entry;
    const acknowledged = this.table.offset.get(id);
    if (acknowledged === UNANSWERED) this.#early.push({ entry, instance });
    else if (acknowledged !== offset) return;
    else if (event === 'S') this.table.start(id, at);
    else if (event === 'F') this.table.fail(id, at);
    else this.table.finish(id, at, instance);
  }
}

function parse(line: string): Entry {
  const [event, at, ownership = '', topic = '', partition, offset, id] = line.split('\t');
  if (event !== 'S' && event !== 'D' && event !== 'F') throw new Error(`not a line of a ledger: ${line}`);
  return {
    event,
    at: Number(at),
    ownership,
    topic,
    partition: Number(partition),
    offset: Number(offset),
    id: Number(id),
  };
}
