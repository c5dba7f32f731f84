import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { javaCommand, quiet } from '../../tools/kafka/java.js';
import { kafkaJars } from '../../tools/kafka/jars.js';
import { type ForeignCommands, ForeignProducer, toOffsets } from './foreign-producer.js';
import { brokers } from './kafka.js';

interface Waiter {
  readonly resolve: (words: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A Java program with Kafka's own clients. Its producers write records that kafkajs cannot, and its consumer shows
 * which records can be read.
 */
export class ForeignClient implements ForeignCommands {
  readonly #waiters: Waiter[] = [];
  #producers = 0;
  #errors = '';
  #ended = false;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    child.stdin.on('error', () => undefined);
    createInterface(child.stdout).on('line', (line) => this.#answered(line));
    child.once('error', (error) => (this.#errors += error.message));
    child.once('close', () => {
      this.#ended = true;
      for (const { reject } of this.#waiters.splice(0)) reject(this.#end());
    });
  }

  /** Compiles and starts it; it ends with `stop`, or with this process. */
  static async start(): Promise<ForeignClient> {
    const classPath = join(await kafkaJars(), '*');
    const source = join(import.meta.dirname, 'ForeignClient.java');
    const options = [...quiet, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-cp', classPath];
    return new ForeignClient(spawn(javaCommand(), [...options, source, brokers()]));
  }

  /** Opens a producer with these settings of Kafka's producer; a `transactional.id` makes it transactional. */
  async open(settings: Readonly<Record<string, string | number>> = {}): Promise<ForeignProducer> {
    const name = `producer-${this.#producers++}`;
    await this.ask('open', name, ...Object.entries(settings).map(([key, value]) => `${key}=${value}`));
    return new ForeignProducer(name, this);
  }

  /** The offsets of all records that Kafka's own consumer reads. */
  async read(
    topic: string,
    partition = 0,
    isolation: 'read_committed' | 'read_uncommitted' = 'read_committed',
  ): Promise<bigint[]> {
    return toOffsets(await this.ask('read', topic, String(partition), isolation));
  }

  /**
   * Sets a group's offset like Kafka's own tool.
   * @throws Error while the group has members
   */
  async setOffset(group: string, topic: string, partition: number, offset: bigint): Promise<void> {
    await this.ask('set-offset', group, topic, String(partition), String(offset));
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    const ended = once(this.child, 'close');
    this.child.stdin.end();
    await ended;
  }

  /** @internal */
  tell(...words: readonly string[]): void {
    this.child.stdin.write(`${words.join('\t')}\n`);
  }

  /** @internal */
  ask(...words: readonly string[]): Promise<string> {
    if (this.#ended) return Promise.reject(this.#end());
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.tell(...words);
    });
  }

  #answered(line: string): void {
    const [outcome, words = ''] = line.split('\t');
    const waiter = this.#waiters.shift();
    if (outcome === 'ok') waiter?.resolve(words);
    else waiter?.reject(new Error(`the Java client failed: ${words}`));
  }

  #end(): Error {
    return new Error(`the Java client has ended: ${this.#errors}`);
  }
}
