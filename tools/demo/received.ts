/** Counts the records that the handlers report. */
export class Received {
  readonly #byTopic = new Map<string, number>();
  #total = 0;
  #unnamed = 0;

  /** Total number of records. */
  get total(): number {
    return this.#total;
  }

  /** @param topic undefined if the line names none */
  add(topic: string | undefined): void {
    this.#total += 1;
    if (topic === undefined) this.#unnamed += 1;
    else this.#byTopic.set(topic, (this.#byTopic.get(topic) ?? 0) + 1);
  }

  /** Describes what is missing if `sent` records were sent to each topic; undefined if nothing is missing. */
  missing(topics: readonly string[], sent: number): string | undefined {
    if (this.#unnamed > 0) {
      const expected = topics.length * sent;
      return this.#total >= expected ? undefined : `${this.#total} of ${expected} records were received`;
    }
    const short = topics
      .map((topic) => ({ topic, count: this.#byTopic.get(topic) ?? 0 }))
      .filter(({ count }) => count < sent)
      .map(({ topic, count }) => `${count} of ${sent} records of ${topic} were received`);
    return short.length === 0 ? undefined : short.join('; ');
  }
}
