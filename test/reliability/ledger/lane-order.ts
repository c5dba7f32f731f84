/** One line of a ledger. */
export interface Entry {
  readonly event: 'S' | 'D' | 'F';
  readonly at: number;
  readonly ownership: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly id: number;
}

interface Lane {
  /** The running offset; -1 for none. */
  activeCalls: number;
  /** The highest offset done. */
  last: number;
}

/**
 * Checks order per key in the ledger of one process: within an ownership, a record of a key starts after the earlier
 * one has ended, and none comes twice or late.
 */
export class LaneOrder {
  readonly violations: string[] = [];
  count = 0;
  readonly #owned = new Map<string, { ownership: string; lanes: Map<number, Lane> }>();

  constructor(
    private readonly process: string,
    private readonly keyOf: (id: number) => number,
  ) {}

  take(entry: Entry): void {
    const lane = this.#laneOf(entry);
    const { event, offset } = entry;
    if (event === 'S') {
      if (lane.activeCalls >= 0)
        this.#violated(entry, `started while offset ${lane.activeCalls} was running`);
      if (offset <= lane.last) this.#violated(entry, `started after offset ${lane.last} was done`);
      lane.activeCalls = offset;
      return;
    }
    lane.activeCalls = -1;
    if (event === 'D') lane.last = Math.max(lane.last, offset);
  }

  #laneOf({ topic, partition, ownership, id }: Entry): Lane {
    const at = `${topic}[${partition}]`;
    let owned = this.#owned.get(at);
    if (owned?.ownership !== ownership) {
      // Lines of handlers of an earlier ownership do not count.
      if (owned && Number(ownership) < Number(owned.ownership)) return { activeCalls: -1, last: -1 };
      this.#owned.set(at, (owned = { ownership, lanes: new Map() }));
    }
    const key = this.keyOf(id);
    let lane = owned.lanes.get(key);
    if (!lane) owned.lanes.set(key, (lane = { activeCalls: -1, last: -1 }));
    return lane;
  }

  #violated({ topic, partition, offset, id }: Entry, what: string): void {
    this.count++;
    if (this.violations.length >= 5) return;
    this.violations.push(
      `${this.process}: ${topic}[${partition}] offset ${offset}, key ${this.keyOf(id)}: ${what}`,
    );
  }
}
