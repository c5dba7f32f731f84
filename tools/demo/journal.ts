import { ATTEMPTS, nameOf, type Step, type Transfer } from './transfers.js';

/** One call of a handler. */
export interface Call {
  /** The number of the worker. */
  readonly worker: number;
  readonly transfer: Transfer;
  readonly attempt: number;
  /** When it began, in ms since the epoch. */
  readonly from: number;
  /** When it ended; undefined while it runs. */
  to: number | undefined;
  outcome: 'running' | 'done' | 'failed' | 'killed';
}

/** A step of a handler, from the log of its worker. */
export interface LoggedStep {
  readonly step: Step;
  readonly transfer: Transfer;
  readonly at: number;
  readonly attempt: number;
}

/** The outcome of an account's transfers. */
export interface Outcome {
  readonly sent: number;
  readonly handled: number;
  /** Calls that succeeded for a transfer that was handled before. */
  readonly again: number;
  readonly dead: number;
  /** Neither handled nor a dead letter. */
  readonly lost: number;
  /** Calls that began before an earlier transfer of the account was settled, or while another one was running. */
  readonly outOfOrder: number;
}

/** The calls that all workers have logged. */
export class Journal {
  readonly #calls: Call[] = [];
  readonly #handled = new Set<string>();

  get calls(): readonly Call[] {
    return this.#calls;
  }

  /** Number of different transfers that were handled. */
  get handled(): number {
    return this.#handled.size;
  }

  /** Adds a line of a worker's log; lines of one worker arrive in order. */
  add(worker: number, { step, transfer, at, attempt }: LoggedStep): void {
    if (step === 'started') {
      this.#calls.push({ worker, transfer, attempt, from: at, to: undefined, outcome: 'running' });
      return;
    }
    const call = this.running(worker).find((each) => nameOf(each.transfer) === nameOf(transfer));
    if (!call) return;
    call.to = at;
    call.outcome = step;
    if (step === 'done') this.#handled.add(nameOf(transfer));
  }

  /** The calls that a worker has not finished. */
  running(worker: number): Call[] {
    return this.#calls.filter((call) => call.worker === worker && call.outcome === 'running');
  }

  /** Ends the running calls of a worker that was killed. @returns these calls */
  killed(worker: number, at: number): Call[] {
    const ended = this.running(worker);
    for (const call of ended) {
      call.to = at;
      call.outcome = 'killed';
    }
    return ended;
  }

  /** The outcome of the transfers that were sent. @param dead names of those among the dead letters */
  outcomeOf(sent: readonly Transfer[], dead: ReadonlySet<string>): Outcome {
    const names = sent.map(nameOf);
    const ours = new Set(names);
    const calls = this.#calls.filter(({ transfer }) => ours.has(nameOf(transfer)));
    const done = calls.filter(({ outcome }) => outcome === 'done').length;
    const handled = names.filter((name) => this.#handled.has(name)).length;
    return {
      sent: sent.length,
      handled,
      again: done - handled,
      dead: names.filter((name) => dead.has(name)).length,
      lost: names.filter((name) => !this.#handled.has(name) && !dead.has(name)).length,
      outOfOrder: calls.filter((call) => isOutOfOrder(call, calls)).length,
    };
  }
}

/** The most calls that were running at the same time. */
export function mostAtOnce(calls: readonly Call[]): number {
  return Math.max(0, ...calls.map(({ from }) => calls.filter((call) => covers(call, from)).length));
}

function isOutOfOrder(call: Call, calls: readonly Call[]): boolean {
  const ofAccount = calls.filter(({ transfer }) => transfer.account === call.transfer.account);
  if (ofAccount.some((other) => other !== call && other.from < call.from && endOf(other) > call.from))
    return true;
  const earlier = new Set(
    ofAccount.map(({ transfer }) => transfer.number).filter((number) => number < call.transfer.number),
  );
  return [...earlier].some(
    (number) =>
      !ofAccount.some(
        (each) => each.transfer.number === number && isSettled(each) && endOf(each) <= call.from,
      ),
  );
}

function isSettled({ outcome, attempt }: Call): boolean {
  return outcome === 'done' || (outcome === 'failed' && attempt === ATTEMPTS);
}

function covers(call: Call, at: number): boolean {
  return call.from <= at && endOf(call) > at;
}

function endOf({ to }: Call): number {
  return to ?? Infinity;
}
