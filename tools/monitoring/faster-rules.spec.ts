import { expect, test } from '@jest/globals';
import { fasterRules } from './faster-rules.js';

test('fasterRules divides the waits, ranges and compared ages of alerts, and nothing else', () => {
  const rules = [
    'expr: max by (group) (kafka_consumer_lag_seconds) > 300 and sum(increase(kafka_consumer_restarts_total[15m])) > 3',
    'expr: a_total unless a_total offset 10m',
    'for: 1h',
    'for: 0m',
    "summary: '{{ $value }} records for ten minutes'",
  ];
  expect(fasterRules(rules.join('\n'), 60).split('\n')).toEqual([
    'expr: max by (group) (kafka_consumer_lag_seconds) > 5 and sum(increase(kafka_consumer_restarts_total[15000ms])) > 3',
    'expr: a_total unless a_total offset 10000ms',
    'for: 60000ms',
    'for: 0ms',
    "summary: '{{ $value }} records for ten minutes'",
  ]);
});
