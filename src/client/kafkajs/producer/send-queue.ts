import type { Message } from 'kafkajs';

/** Sends messages of one topic in one request. */
export type SendAll = (topic: string, messages: readonly Message[]) => Promise<readonly WrittenPartition[]>;

/** What the broker says of a partition that it has written to. */
interface WrittenPartition {
  readonly partition: number;
}

interface Waiting {
  readonly message: Message;
  readonly bytes: number;
  readonly resolve: (isWritten: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** A request stays far below what topics take in one batch by default, which is 1 MB. */
const MOST_BYTES = 128 * 1024;
const MOST_MESSAGES = 100;

/**
 * Sends what is to be written in the same turn of the event loop in one request for each topic. Records fail side by
 * side, and a request costs this process and the broker more than the record in it.
 *
 * Where a request of several fails, each of its messages is sent again by itself: the failure of one is never that of
 * another. A message that was written by then is there twice, as after any request whose answer was lost.
 */
export class SendQueue {
  readonly #waiting = new Map<string, Waiting[]>();
  #isScheduled = false;

  constructor(private readonly sendAll: SendAll) {}

  /**
   * @param bytes what the message takes, about
   * @returns whether it was written: kafkajs leaves out, without a word, what is for a partition it does not know
   * @throws what keeps it from being written
   */
  send(topic: string, message: Message, bytes: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(topic) ?? [];
      this.#waiting.set(topic, waiting);
      waiting.push({ message, bytes, resolve, reject });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    this.#isScheduled = false;
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const [topic, waiting] of all)
      for (const request of requestsOf(waiting)) void this.#request(topic, request);
  }

  async #request(topic: string, request: readonly Waiting[]): Promise<void> {
    try {
      const written = await this.sendAll(
        topic,
        request.map(({ message }) => message),
      );
      const partitions = new Set(written.map(({ partition }) => partition));
      for (const { message, resolve } of request) {
        resolve(message.partition === undefined ? written.length > 0 : partitions.has(message.partition));
      }
    } catch (error) {
      const [only, ...others] = request;
      if (others.length === 0) only?.reject(error);
      else for (const each of request) void this.#request(topic, [each]);
    }
  }
}

/** In their order; a large message has a request to itself. */
function requestsOf(waiting: readonly Waiting[]): Waiting[][] {
  const requests: Waiting[][] = [];
  let bytes = Infinity;
  for (const each of waiting) {
    const last = requests.at(-1);
    bytes += each.bytes;
    if (!last || last.length >= MOST_MESSAGES || bytes > MOST_BYTES) {
      requests.push([each]);
      ({ bytes } = each);
    } else last.push(each);
  }
  return requests;
}
