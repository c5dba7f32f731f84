import { expect, test } from '@jest/globals';
import { GroupCounts } from './group-counts.js';

test('counts of deleted topics, and no others, are dropped', () => {
  const counts = new GroupCounts(() => 'error');
  counts.of('kept').retries = 1;
  counts.of('gone').retries = 1;
  counts.forgetTopics(new Set(['kept', 'new']));
  expect(counts.of('kept').retries).toBe(1);
  expect(counts.of('gone').retries).toBe(0);
});
