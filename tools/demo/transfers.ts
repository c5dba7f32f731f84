import { type Kafka, Partitioners } from 'kafkajs-pinned';

/** The steps of a transfer that a handler logs. */
export type Step = 'started' | 'done' | 'failed';

/** A record of the demo. The account is its key, and the number its position in the account. */
export interface Transfer {
  readonly account: string;
  readonly number: number;
}

export const PARTITIONS = 3;
/** Three keys for each of the three partitions, one partition after another. */
export const ACCOUNTS = ['ada', 'john', 'linus', 'alan', 'jim', 'ken', 'grace', 'hedy', 'tony'] as const;
const PER_ACCOUNT = 30;
/** The number of attempts before a transfer becomes a dead letter. */
export const ATTEMPTS = 3;

/** Its amount is text, which the schema rejects. */
const INVALID: Transfer = { account: 'john', number: 5 };
/** Its handler fails at each attempt. */
const FAILING: Transfer = { account: 'hedy', number: 4 };

/** All transfers in the order in which they are sent: one of each account, then the next of each. */
export const TRANSFERS: readonly Transfer[] = Array.from({ length: PER_ACCOUNT }, (_, at) =>
  ACCOUNTS.map((account) => ({ account, number: at + 1 })),
).flat();

/** How long the handler works on a transfer: 100 to 300 ms, the same at each run. */
export function durationMs({ account, number }: Transfer): number {
  return 100 + ((account.charCodeAt(0) + 7 * number) % 5) * 50;
}

/** A transfer, for output and for comparisons. */
export function nameOf({ account, number }: Transfer): string {
  return `${account} ${number}`;
}

/** The record's value. */
export function valueOf(transfer: Transfer): string {
  const is = (other: Transfer): boolean => nameOf(transfer) === nameOf(other);
  const amount = is(INVALID) ? '12,50' : 12.5;
  return JSON.stringify({ ...transfer, amount, currency: is(FAILING) ? 'USD' : 'EUR' });
}

/** Sends all transfers; resolves once all in-sync replicas have them. */
export async function sendTransfers(kafka: Kafka, topic: string): Promise<void> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    const messages = TRANSFERS.map((transfer) => ({ key: transfer.account, value: valueOf(transfer) }));
    await producer.send({ topic, messages, acks: -1 });
  } finally {
    await producer.disconnect();
  }
}
