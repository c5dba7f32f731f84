import { describe, expect, test } from '@jest/globals';
import { type InFlightRecord, Parking } from '../../pipeline/index.js';
import { RedeliveryCheck } from './redelivery-check.js';
import { ParkedPartition } from './parked-partition.js';
import { explore } from './testing/explore.js';
import type { OwnerClasses } from './testing/owner-world.js';
import { type Bounds, ParkingWorld } from './testing/parking-world.js';
import { TopicParkingStore } from './topic-parking-store.js';

const classes: OwnerClasses = {
  store: (parts) => new TopicParkingStore(parts),
  state: () => new ParkedPartition(),
  parking: (parts) => new Parking(parts),
};

const NONE: Bounds = { keys: 'aaba', owners: 1, failures: 1, releases: 0, unanswered: 0, times: 0 };

/** Faulty variant: assumes that the record at a redelivered offset is the parked one. */
class ByOffsetAlone extends RedeliveryCheck {
  override async willBeRedelivered(): Promise<boolean> {
    return true;
  }
}

/** Faulty variant: does not detect late writes of former owners. */
class WithoutOwners extends ParkedPartition {
  protected override isLate(): boolean {
    return false;
  }
}

/** Faulty variant: ends a release while a later record of its key is being parked. */
class WithoutFollowers extends Parking {
  override addFollower(record: InFlightRecord): ReturnType<Parking['addFollower']> {
    const why = super.addFollower(record);
    this.removeFollower(record);
    return why;
  }
}

describe('parking in any order of events', () => {
  test.each<[string, Bounds]>([
    ['two owners', { ...NONE, owners: 2 }],
    ['three owners', { ...NONE, keys: 'aa', owners: 3 }],
    ['two owners and a release', { ...NONE, keys: 'aa', owners: 2, releases: 1, times: 1 }],
    ['one owner, two failures and a release', { ...NONE, failures: 2, releases: 1, times: 2 }],
    [
      'two owners and a write that is not answered',
      { ...NONE, keys: 'aa', owners: 2, unanswered: 1, times: 2 },
    ],
    ['two owners and a topic that is recreated', { ...NONE, owners: 2, logChange: 'recreated' }],
    ['two owners and a truncated log', { ...NONE, owners: 2, logChange: 'truncated' }],
  ])(
    'no record is lost or overtaken, and no release is forgotten, in any order of events with %s',
    async (_what, bounds) => {
      const { states, violation } = await explore(ParkingWorld.factory(bounds, classes));
      expect(states).toBeGreaterThan(500);
      expect(violation).toBeUndefined();
    },
    120_000,
  );
});

describe('the model of parking finds faults', () => {
  test.each<[string, Partial<OwnerClasses>, Bounds, RegExp]>([
    [
      'an offset identifies a record across logs',
      {
        store: (parts) =>
          new TopicParkingStore({ ...parts, newRedeliveryCheck: (...of) => new ByOffsetAlone(...of) }),
      },
      { ...NONE, owners: 2, logChange: 'recreated' },
      /is lost/,
    ],
    [
      'an offset identifies a record in a truncated log',
      {
        store: (parts) =>
          new TopicParkingStore({ ...parts, newRedeliveryCheck: (...of) => new ByOffsetAlone(...of) }),
      },
      { ...NONE, owners: 2, logChange: 'truncated' },
      /is lost/,
    ],
    [
      'a late write counts for the owner after the next',
      { state: () => new WithoutOwners() },
      { ...NONE, owners: 3 },
      /was handled and committed, and counts as parked/,
    ],
    [
      'a release does not wait for records that are being parked',
      { parking: (parts) => new WithoutFollowers(parts) },
      { ...NONE, releases: 1, times: 2 },
      /the release of a is forgotten/,
    ],
  ])(
    'the model of parking finds the fault that %s',
    async (_what, variant, bounds, problem) => {
      const { violation } = await explore(ParkingWorld.factory(bounds, { ...classes, ...variant }));
      expect(violation?.problem).toMatch(problem);
    },
    120_000,
  );
});
