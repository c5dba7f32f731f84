import { randomInt } from 'node:crypto';
import { uniqueName } from '../support/kafka.js';

/** Unique topics for a test; those that were named are created. */
export class Topics {
  readonly prefix: string;
  readonly #named = new Map<string, string>();

  constructor(suite: string) {
    this.prefix = uniqueName(`contract-${suite}`);
  }

  get all(): readonly string[] {
    return [...this.#named.values()];
  }

  named(name: string): string {
    return this.#remember(name, `${this.prefix}.${name}`);
  }

  /** A topic whose name is a number in JSON, which would be written without its last zero. */
  numbered(name: string): string {
    return this.#remember(name, `${randomInt(2 ** 40)}.${randomInt(1, 1000)}0`);
  }

  #remember(name: string, topic: string): string {
    const known = this.#named.get(name) ?? topic;
    this.#named.set(name, known);
    return known;
  }
}
