/** Upper bounds, in ms, of the histogram buckets that count a handler's calls; the last bucket has no bound. */
export const CALL_BOUNDS_MS: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** How long the calls of a topic's handler took: a histogram. */
export class CallTimes {
  /** How many calls took at most each bound and longer than the one before it. */
  readonly counts: number[] = Array.from({ length: CALL_BOUNDS_MS.length + 1 }, () => 0);
  /** The sum over all calls. */
  sumMs = 0;

  add(ms: number): void {
    let at = 0;
    while (ms > (CALL_BOUNDS_MS[at] ?? Infinity)) at++;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    // The sum must not decrease if the clock was set back.
    if (ms > 0) this.sumMs += ms;
  }
}

/** Counts of a topic's records in a group, over all ownerships of its partitions. */
export class TopicCounts {
  /** Records whose handler returned without an error. */
  handled = 0;
  readonly calls = new CallTimes();
}

/** The counts of a group's topics: of every topic of which a partition was ever assigned. */
export class CountsByTopic extends Map<string, TopicCounts> {
  /** The topic's counts; all zero at first. */
  of(topic: string): TopicCounts {
    const counts = this.get(topic) ?? new TopicCounts();
    this.set(topic, counts);
    return counts;
  }

  /** Drops the counts of topics that neither exist nor are assigned: with a pattern, their number is not limited. */
  forget(existing: ReadonlySet<string>, assigned: ReadonlySet<string>): void {
    for (const topic of this.keys()) if (!existing.has(topic) && !assigned.has(topic)) this.delete(topic);
  }
}
