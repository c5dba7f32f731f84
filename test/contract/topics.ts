import { uniqueName } from '../support/kafka.js';

/** Topics that no other test has; those that were named are the ones to create. */
export class Topics {
  readonly prefix: string;
  readonly #named = new Set<string>();

  constructor(suite: string) {
    this.prefix = uniqueName(`contract-${suite}`);
  }

  get all(): readonly string[] {
    return [...this.#named];
  }

  named(name: string): string {
    const topic = `${this.prefix}.${name}`;
    this.#named.add(topic);
    return topic;
  }
}
