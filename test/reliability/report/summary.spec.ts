import { caughtUpAfter, comparisonsOf, faultsByKind, measured, verdictOf } from './summary.js';
import { lost, madeUpReport, madeUpResult } from './testing/made-up-report.js';

it('the summary passes a result whose checks all passed', () => {
  expect(verdictOf(madeUpResult())).toEqual({ kind: 'passed', text: 'passed' });
});

it('the summary names the checks that failed', () => {
  expect(verdictOf(madeUpResult({ checks: [lost('3')] }))).toEqual({ kind: 'failed', text: 'failed: lost' });
});

it('the summary does not pass a result without checks', () => {
  expect(verdictOf(madeUpResult({ checks: [] })).kind).toBe('unchecked');
});

it('the summary distinguishes a check that was not made from one that measured zero', () => {
  expect(measured(madeUpResult(), 'lost')).toBe('0');
  expect(measured(madeUpResult(), 'overtaken')).toBe('–');
});

it('the summary says if the group never caught up', () => {
  const { caughtUpAfterMs: _never, ...counts } = madeUpResult().counts;

  expect(caughtUpAfter(madeUpResult({ counts }))).toBe('never');
});

it('the summary counts faults by kind', () => {
  expect(faultsByKind(madeUpResult().faults)).toBe('2 × kill, 1 × pause');
  expect(faultsByKind([])).toBe('none');
});

it('the summary compares the runtimes of a scenario that several have run', () => {
  const report = madeUpReport(
    madeUpResult(),
    madeUpResult({ runtime: 'nest', seed: 1, checks: [lost('3')] }),
    madeUpResult({ runtime: 'nest', seed: 2, checks: [lost('4')] }),
    madeUpResult({ scenario: 'alone' }),
    madeUpResult({ scenario: 'alone', seed: 8 }),
  );

  const comparisons = comparisonsOf(report);

  expect(comparisons.map(({ scenario }) => scenario)).toEqual(['killed instances']);
  expect(comparisons[0]?.rows[0]).toEqual({
    measure: 'lost',
    values: { ours: '0', nest: '3; 4', kafkajs: '–' },
  });
  expect(comparisons[0]?.rows.map(({ measure }) => measure)).toEqual([
    'lost',
    'repeated',
    'overtaken',
    'stuck',
    'caught up after',
  ]);
});
