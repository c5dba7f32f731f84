import { afterAll, beforeAll } from '@jest/globals';
import { produce, type TestRecord } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import {
  type ContractOptions,
  type ContractService,
  type Controllers,
  type ContractTransport,
  ours,
  stock,
} from './transports.js';

/** One of the two transports, with its own topics and journal. */
export class Side {
  readonly topics: Topics;
  readonly journal = new Journal<unknown>();
  service: ContractService | undefined;

  constructor(
    readonly transport: ContractTransport,
    suite: string,
  ) {
    this.topics = new Topics(suite);
  }

  get running(): ContractService {
    if (!this.service) throw new Error(`${this.transport.name} has not started`);
    return this.service;
  }

  /** Writes records to one of its topics; resolves once they are settled. */
  async settle(name: string, records: readonly TestRecord[]): Promise<readonly unknown[]> {
    this.journal.entries.splice(0);
    await produce(this.topics.named(name), records);
    await this.running.settled(this.topics.named(name));
    return [...this.journal.entries];
  }
}

/** Runs the same controllers on both transports, for tests of their differences. */
export function bothSides(
  suite: string,
  build: (side: Side) => Controllers & Pick<ContractOptions, 'commit' | 'stockRetry'>,
): { readonly stock: Side; readonly ours: Side; readonly each: readonly Side[] } {
  const sides = { stock: new Side(stock, suite), ours: new Side(ours, suite) };
  const each = [sides.stock, sides.ours];
  beforeAll(async () => {
    const start = async (side: Side): Promise<void> => {
      const { commit, stockRetry, ...controllers } = build(side);
      side.service = await side.transport.start(controllers, {
        topics: side.topics.all,
        ...(commit && { commit }),
        ...(stockRetry && { stockRetry }),
      });
    };
    await Promise.all(each.map(start));
  });
  afterAll(async () => {
    await Promise.all(each.map(({ service }) => service?.stop()));
  });
  return { ...sides, each };
}
