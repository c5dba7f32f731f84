import { describe, expect, it } from '@jest/globals';
import { Journal, mostAtOnce } from './journal.js';
import { ATTEMPTS, type Step } from './transfers.js';

const ada = (number: number) => ({ account: 'ada', number });
const none = new Set<string>();

/** A journal of worker 1 with these steps of ada's transfers. */
function journalOf(...steps: readonly (readonly [Step, number, at: number, attempt?: number])[]): Journal {
  const journal = new Journal();
  for (const [step, number, at, attempt = 1] of steps)
    journal.add(1, { step, transfer: ada(number), at, attempt });
  return journal;
}

describe('a journal', () => {
  it('transfers that were handled one after another are in order, and none is lost', () => {
    const journal = journalOf(['started', 1, 0], ['done', 1, 5], ['started', 2, 5], ['done', 2, 9]);
    const nothing = { again: 0, dead: 0, lost: 0, outOfOrder: 0 };
    expect(journal.outcomeOf([ada(1), ada(2)], none)).toEqual({ sent: 2, handled: 2, ...nothing });
  });

  it('a transfer that was neither handled nor stored is lost', () => {
    const journal = journalOf(['started', 1, 0], ['done', 1, 5], ['started', 2, 5]);
    const sent = [ada(1), ada(2), ada(3)];
    expect(journal.outcomeOf(sent, new Set(['ada 3']))).toMatchObject({ handled: 1, dead: 1, lost: 1 });
  });

  it('a transfer that begins while another one of its account runs is out of order', () => {
    const journal = journalOf(['started', 1, 0], ['started', 2, 3], ['done', 1, 5], ['done', 2, 9]);
    expect(journal.outcomeOf([ada(1), ada(2)], none).outOfOrder).toBe(1);
  });

  it('a transfer that begins before a failed one was given up is out of order', () => {
    const attempts = (last: number) =>
      journalOf(['started', 1, 0, last], ['failed', 1, 5, last], ['started', 2, 6], ['done', 2, 9]);
    expect(attempts(ATTEMPTS - 1).outcomeOf([ada(1), ada(2)], none).outOfOrder).toBe(1);
    expect(attempts(ATTEMPTS).outcomeOf([ada(1), ada(2)], new Set(['ada 1'])).outOfOrder).toBe(0);
  });

  it('the unfinished transfers of a killed worker are handled again by another one, in order', () => {
    const journal = journalOf(['started', 1, 0], ['done', 1, 5], ['started', 2, 5]);
    expect(journal.killed(1, 8)).toMatchObject([{ transfer: ada(2), outcome: 'killed', to: 8 }]);
    for (const number of [1, 2]) {
      journal.add(2, { step: 'started', transfer: ada(number), at: 10 * number, attempt: 1 });
      journal.add(2, { step: 'done', transfer: ada(number), at: 10 * number + 5, attempt: 1 });
    }
    const outcome = { sent: 2, handled: 2, again: 1, dead: 0, lost: 0, outOfOrder: 0 };
    expect(journal.outcomeOf([ada(1), ada(2)], none)).toEqual(outcome);
    expect(journal.running(1)).toEqual([]);
  });

  it('the most calls at once are those of all workers', () => {
    const journal = journalOf(['started', 1, 0], ['done', 1, 5], ['started', 2, 5]);
    journal.add(2, { step: 'started', transfer: { account: 'ken', number: 1 }, at: 6, attempt: 1 });
    expect(mostAtOnce(journal.calls)).toBe(2);
  });
});
