import { describe, expect, it } from '@jest/globals';
import { Groups } from './left-behind.js';
import { Tally } from './tally.js';
import { someLetter } from './testing/letter.js';

describe('counting dead letters', () => {
  it('puts together what has topic, reason and hour in common', () => {
    const tally = new Tally();
    const at = (hour: number, minute: number) => Date.UTC(2026, 2, 1, hour, minute);
    tally.add({ letter: someLetter({ failedAt: at(9, 0) }), replayed: false });
    tally.add({ letter: someLetter({ failedAt: at(8, 0) }), replayed: false });
    tally.add({ letter: someLetter({ failedAt: at(8, 59) }), replayed: true });
    tally.add({ letter: someLetter({ originalTopic: undefined, failedAt: at(8, 0) }), replayed: false });
    const group = { topic: 't.dlt', originalTopic: 't', reason: 'TypeError' };
    expect(tally.groups()).toEqual([
      { ...group, originalTopic: null, hour: '2026-03-01T08:00Z', deadLetters: 1, replayed: 0 },
      { ...group, hour: '2026-03-01T08:00Z', deadLetters: 2, replayed: 1 },
      { ...group, hour: '2026-03-01T09:00Z', deadLetters: 1, replayed: 0 },
    ]);
  });

  it('names the hour of years with more than four digits, and of no time none', () => {
    const tally = new Tally();
    tally.add({ letter: someLetter({ failedAt: 1_700_000_000_000_000 }), replayed: false });
    tally.add({ letter: someLetter({ failedAt: undefined }), replayed: false });
    expect(tally.groups().map(({ hour }) => hour)).toEqual([null, '+055840-11-08T22:00Z']);
  });
});

describe('collecting reasons', () => {
  it('takes texts that differ in numbers only for one, the most frequent first', () => {
    const groups = new Groups<'refused'>();
    groups.add('refused', 'no JSON', { topic: 't', partition: 0, offset: '1' });
    groups.add('refused', 'got 7 bytes', { topic: 't', partition: 0, offset: '2' });
    groups.add('refused', 'got 12 bytes', { topic: 't', partition: 0, offset: '3' });
    expect(groups.count).toBe(3);
    expect(groups.list()).toMatchObject([
      { detail: 'got 7 bytes', count: 2, positions: ['t[0] at offset 2', 't[0] at offset 3'] },
      { detail: 'no JSON', count: 1 },
    ]);
  });
});
