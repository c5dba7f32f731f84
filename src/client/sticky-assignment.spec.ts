import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AssignableMember, stickyAssignment } from './sticky-assignment.js';

const partitionsOf = (topic: string, count: number) =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }));

const member = (
  memberId: string,
  owned: AssignableMember['owned'] = [],
  generation = 1,
): AssignableMember => ({
  memberId,
  topics: new Set(['t']),
  owned,
  generation,
});

const sizes = (assignment: Map<string, unknown[]>) =>
  [...assignment.values()].map(({ length }) => length).toSorted();

describe('a sticky assignment', () => {
  test('a sticky assignment is even and covers each partition once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(40), (count, total) => {
        const members = Array.from({ length: count }, (_, index) => member(`m${index}`));
        const assignment = stickyAssignment(members, partitionsOf('t', total));
        const numbers = [...assignment.values()].flat().map(({ partition }) => partition);
        expect(numbers.toSorted((a, b) => a - b)).toEqual(
          partitionsOf('t', total).map(({ partition }) => partition),
        );
        expect(Math.max(...sizes(assignment)) - Math.min(...sizes(assignment))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('a sticky assignment moves as few partitions as possible when members join and leave', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 6 }),
        (total, counts) => {
          let held = new Map<string, AssignableMember['owned']>();
          for (const count of counts) {
            const members = Array.from({ length: count }, (_, index) =>
              member(`m${index}`, held.get(`m${index}`) ?? []),
            );
            const next = stickyAssignment(members, partitionsOf('t', total));
            const most = Math.ceil(total / count);
            for (const { memberId, owned } of members) {
              const kept = next
                .get(memberId)
                ?.filter((each) => owned.some((had) => had.partition === each.partition));
              expect(kept?.length).toBeGreaterThanOrEqual(Math.min(owned.length, most - 1));
            }
            held = next;
          }
        },
      ),
    );
  });

  test('a sticky assignment leaves a partition with the member that received it in the later generation', () => {
    const claimed = partitionsOf('t', 1);
    const assignment = stickyAssignment([member('zombie', claimed, 4), member('owner', claimed, 5)], claimed);
    expect(assignment.get('owner')).toEqual(claimed);
  });

  test('a sticky assignment assigns a member only topics that it subscribes to', () => {
    const other: AssignableMember = { memberId: 'b', topics: new Set(['u']), owned: [], generation: -1 };
    const assignment = stickyAssignment(
      [member('a'), other],
      [...partitionsOf('t', 5), ...partitionsOf('u', 1)],
    );
    expect(assignment.get('a')).toEqual(partitionsOf('t', 5));
    expect(assignment.get('b')).toEqual(partitionsOf('u', 1));
  });
});
