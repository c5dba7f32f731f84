import { expect, test } from '@jest/globals';
import { cutForms, type RecordCopy } from './cut-record.js';

const why = {
  'dlt-original-topic': 'orders',
  'dlt-exception-message': 'no',
  'dlt-exception-stacktrace': 'at',
};

function bytesOf({ key, value, headers }: RecordCopy): number {
  const sizes = Object.entries(headers).map(([name, each]) => name.length + String(each).length);
  return (key?.length ?? 0) + (value?.length ?? 0) + sizes.reduce((sum, size) => sum + size, 0);
}

test.each<[string, Buffer | null, number]>([
  ['a tombstone with one large header', null, 1],
  ['a tombstone with two large headers', null, 2],
  ['a tombstone with three large headers', null, 3],
  ['a small value with two large headers', Buffer.from('small'), 2],
])('the first truncated form of %s has the value and not the large headers', (_what, value, count) => {
  const large = Object.fromEntries(Array.from({ length: count }, (_, at) => [`h${at}`, 'x'.repeat(600_000)]));
  const copy = { key: Buffer.from('k'), value, headers: { ...why, ...large } };
  const [first] = cutForms(copy);
  expect(first && bytesOf(first)).toBeLessThan(1_000);
  expect(first).toMatchObject({ key: copy.key, value });
  expect(first?.headers).toMatchObject({
    ...why,
    'dlt-headers-truncated-from': String(count * 600_002),
  });
});
