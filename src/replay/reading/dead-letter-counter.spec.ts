import { describe, expect, it } from '@jest/globals';
import { RecordGroups } from '../planning/record-groups.js';
import { DeadLetterCounter } from './dead-letter-counter.js';
import { someDeadLetter } from '../testing/some-dead-letter.js';

describe('counting dead letters', () => {
  it('dead letters are counted by topic, reason and hour', () => {
    const counter = new DeadLetterCounter();
    const at = (hour: number, minute: number) => Date.UTC(2026, 2, 1, hour, minute);
    counter.add({ deadLetter: someDeadLetter({ failedAt: at(9, 0) }), replayed: false });
    counter.add({ deadLetter: someDeadLetter({ failedAt: at(8, 0) }), replayed: false });
    counter.add({ deadLetter: someDeadLetter({ failedAt: at(8, 59) }), replayed: true });
    counter.add({
      deadLetter: someDeadLetter({ originalTopic: undefined, failedAt: at(8, 0) }),
      replayed: false,
    });
    const group = { topic: 't.dlt', originalTopic: 't', reason: 'TypeError' };
    expect(counter.list()).toEqual([
      { ...group, originalTopic: null, hour: '2026-03-01T08:00Z', deadLetters: 1, replayed: 0 },
      { ...group, hour: '2026-03-01T08:00Z', deadLetters: 2, replayed: 1 },
      { ...group, hour: '2026-03-01T09:00Z', deadLetters: 1, replayed: 0 },
    ]);
  });

  it('dead letters are counted by hour in years with more than four digits, and without a time under null', () => {
    const counter = new DeadLetterCounter();
    counter.add({ deadLetter: someDeadLetter({ failedAt: 1_700_000_000_000_000 }), replayed: false });
    counter.add({ deadLetter: someDeadLetter({ failedAt: undefined }), replayed: false });
    expect(counter.list().map(({ hour }) => hour)).toEqual([null, '+055840-11-08T22:00Z']);
  });
});

describe('collecting reasons', () => {
  it('details that differ only in numbers are one group, and the largest group comes first', () => {
    const groups = new RecordGroups<'rejected'>();
    groups.add('rejected', 'no JSON', { topic: 't', partition: 0, offset: '1' });
    groups.add('rejected', 'got 7 bytes', { topic: 't', partition: 0, offset: '2' });
    groups.add('rejected', 'got 12 bytes', { topic: 't', partition: 0, offset: '3' });
    expect(groups.count).toBe(3);
    expect(groups.list()).toMatchObject([
      { detail: 'got 7 bytes', count: 2, positions: ['t[0] at offset 2', 't[0] at offset 3'] },
      { detail: 'no JSON', count: 1 },
    ]);
  });
});
