import { describe, expect, it, test } from '@jest/globals';
import { RecordTable } from '../ledger/record-table.js';
import { checksOf, type Evidence } from './records.js';

const MS = 1000;

/** A record of key 0 at each offset, handled at these times in ms: undefined for never, several for repeats. */
function handledAt(...times: readonly (number | readonly number[] | undefined)[]): RecordTable {
  const table = new RecordTable();
  for (const [offset, each] of times.entries()) {
    const id = table.add('t', 0, 0);
    table.acknowledge(id, offset);
    for (const ms of each === undefined ? [] : [each].flat()) {
      table.start(id, (ms - 1) * MS);
      table.finish(id, ms * MS, 'a');
    }
  }
  return table;
}

function evidenceOf(table: RecordTable, evidence: Partial<Evidence>): Evidence {
  return {
    table,
    overtaken: { count: 0, examples: [] },
    commits: [],
    disturbances: [],
    offsetsMove: false,
    caughtUpAfterMs: 0,
    broken: undefined,
    ...evidence,
  };
}

function failed(table: RecordTable, evidence: Partial<Evidence> = {}): string[] {
  const checks = checksOf(evidenceOf(table, evidence));
  return checks.filter(({ passed }) => !passed).map(({ name }) => name);
}

const commit = (offset: number, ms: number) => ({ topic: 't', partition: 0, offset, at: ms * MS });

describe('the checks of a reliability run', () => {
  it('the checks pass if every record was handled once, in order, and committed after that', () => {
    expect(failed(handledAt(10, 20, 30), { commits: [commit(1, 15), commit(3, 35)] })).toEqual([]);
  });

  it('the checks find a record that was acknowledged and never handled', () => {
    expect(failed(handledAt(10, undefined))).toEqual(['lost']);
  });

  it('the checks distinguish records that were committed past from those that were not reached', () => {
    const table = handledAt(10, undefined, 30, undefined);
    const [lost] = checksOf(evidenceOf(table, { commits: [commit(3, 35)] }));
    expect(lost?.measured).toBe('1 committed past, 1 not reached');
  });

  it('the checks count a dead letter as settled when its handler failed', () => {
    const table = handledAt(10, undefined, 30);
    table.start(1, 19 * MS);
    table.fail(1, 20 * MS);
    table.deadLetter(1);
    expect(failed(table, { commits: [commit(2, 25)] })).toEqual([]);
    expect(failed(table, { commits: [commit(2, 15)] })).toEqual(['commits']);
  });

  it('the checks find a commit beyond a record that is settled only later', () => {
    expect(failed(handledAt(10, 20), { commits: [commit(2, 15)] })).toEqual(['commits']);
  });

  it('the checks find a commit below an earlier one, unless the fault has moved offsets', () => {
    const commits = [commit(2, 25), commit(1, 26)];
    expect(failed(handledAt(10, 20), { commits })).toEqual(['commits']);
    expect(failed(handledAt(10, 20), { commits, offsetsMove: true })).toEqual([]);
  });

  it('the checks accept a commit of deleted offsets that is corrected within the time that the scenario allows', () => {
    const commits = [commit(2, 15), commit(0, 16), commit(2, 25)];
    const table = handledAt(10, 20);
    expect(failed(table, { commits, offsetsMove: true })).toEqual(['commits']);
    expect(failed(table, { commits, offsetsMove: true, takenBackWithinMs: 5 })).toEqual([]);
  });

  it('the checks find a record that started before the previous one was settled', () => {
    expect(failed(handledAt(50, 20))).toEqual(['gaps']);
  });

  it('the checks accept only repeats of records that an affected instance handled around a fault', () => {
    const table = handledAt(10, [20, 90], 95);
    const around = { fault: 'kill', from: 15 * MS, uncommittedFor: 0, to: 25 * MS };
    expect(failed(table)).toEqual(['repeats']);
    expect(failed(table, { disturbances: [around] })).toEqual([]);
    expect(failed(table, { disturbances: [{ ...around, instance: 'a' }] })).toEqual([]);
    expect(failed(table, { disturbances: [{ ...around, instance: 'b' }] })).toEqual(['repeats']);
    expect(failed(table, { disturbances: [{ ...around, to: 18 * MS }] })).toEqual(['repeats']);
  });

  it('the checks accept repeats of records that were handled before a fault and not committed', () => {
    const disturbances = [{ fault: 'kill', from: 40 * MS, uncommittedFor: 25 * MS, to: 50 * MS }];
    const table = handledAt([10, 60], [20, 60], 30);
    expect(failed(table, { disturbances })).toEqual(['repeats']);
    expect(failed(table, { disturbances, commits: [commit(1, 15)] })).toEqual(['repeats']);
    const second = handledAt(10, [20, 60], 30);
    expect(failed(second, { disturbances, commits: [commit(1, 15)] })).toEqual([]);
    expect(failed(second, { disturbances, commits: [commit(1, 15), commit(2, 39)] })).toEqual([]);
    expect(failed(second, { disturbances, commits: [commit(1, 15), commit(2, 25)] })).toEqual(['repeats']);
  });

  it('the checks accept repeats of records that were handled behind a failing record', () => {
    const table = handledAt(40, [20, 60], 65);
    expect(failed(table)).toEqual(['gaps', 'repeats']);
    table.fail(0, 15 * MS);
    expect(failed(table)).toEqual(['gaps']);
    const settledBefore = handledAt(10, [20, 60], 65);
    settledBefore.fail(0, 5 * MS);
    expect(failed(settledBefore)).toEqual(['repeats']);
    const failedAfter = handledAt(70, [20, 60], 65);
    failedAfter.fail(0, 61 * MS);
    expect(failed(failedAfter)).toEqual(['gaps', 'repeats']);
  });

  it('the checks find a group that never caught up, and a scenario that could not be carried out', () => {
    expect(failed(handledAt(10), { caughtUpAfterMs: undefined })).toEqual(['stuck']);
    expect(failed(handledAt(10), { broken: 'nobody joined' })).toEqual(['stuck']);
  });
});

test('of two calls with one record the later one is the repeat, whichever ledger is read first', () => {
  const table = handledAt(undefined);
  table.finish(0, 20 * MS, 'zombie');
  table.finish(0, 10 * MS, 'owner');
  expect(table.repeats).toEqual([{ id: 0, at: 20 * MS, instance: 'zombie' }]);
  const disturbance = { fault: 'SIGSTOP', from: 5 * MS, to: 30 * MS, uncommittedFor: 0 };
  const hit = { ...disturbance, instance: 'zombie', overlaps: true };
  expect(failed(table, { disturbances: [hit] })).toEqual([]);
});
