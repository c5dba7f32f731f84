import type { Message } from 'kafkajs-pinned';

/** Sends messages of one topic in one request. */
export type SendAll = (topic: string, messages: readonly Message[]) => Promise<readonly WrittenPartition[]>;

/** A partition to which a broker has written. */
interface WrittenPartition {
  readonly partition: number;
}

/** A message that waits to be sent. */
interface Waiting {
  readonly message: Message;
  readonly bytes: number;
  readonly resolve: (isWritten: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Far below the default `max.message.bytes` of 1 MB. */
const MAX_BYTES = 128 * 1024;
const MAX_MESSAGES = 100;

/**
 * Sends the messages of one turn of the event loop in one request per topic. Records often fail at the same time, and a
 * request costs this process and the broker more than the record in it.
 *
 * If a request with several messages fails, each message is sent again by itself, so that no message fails because of
 * another. A message that was already written is then written twice, as after any request without a response.
 */
export class SendQueue {
  readonly #waiting = new Map<string, Waiting[]>();
  #isScheduled = false;

  constructor(private readonly sendAll: SendAll) {}

  /**
   * @param bytes the approximate size of the message
   * @returns whether it was written: kafkajs silently omits messages for partitions that it does not know
   * @throws the reason why it could not be written
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

/**
 * Divides messages into requests, in their order. A large message has a request of its own, and so has one whose partition
 * kafkajs chooses: if a leader moves while a request is repeated, kafkajs omits the messages of that partition
 * (`producer/sendMessages.js` repeats nothing to a broker that has answered), and among others it could not be told whether
 * this one was written.
 */
function requestsOf(waiting: readonly Waiting[]): Waiting[][] {
  const requests: Waiting[][] = [];
  let bytes = Infinity;
  for (const each of waiting) {
    if (each.message.partition === undefined) {
      requests.push([each]);
      bytes = Infinity;
      continue;
    }
    const last = requests.at(-1);
    bytes += each.bytes;
    if (!last || last.length >= MAX_MESSAGES || bytes > MAX_BYTES) {
      requests.push([each]);
      ({ bytes } = each);
    } else last.push(each);
  }
  return requests;
}
