import { expect, test } from '@jest/globals';
import { toOffset } from '../../src/pipeline/index.js';
import { formatJson, formatRecord } from './format.js';

const record = {
  offset: toOffset(3),
  timestamp: '1772352900000',
  key: Buffer.from('a\u001b[2J'),
  value: Buffer.from('{"id":"p-1"}\n'),
  headers: { trace: [Buffer.from('t1'), Buffer.from([255])], none: null },
};

test('consume prints key, headers and value with control characters escaped', () => {
  expect(formatRecord({ topic: 'payments', partition: 1, record })).toBe(
    [
      'payments[1] at offset 3, 2026-03-01T08:15:00.000Z',
      String.raw`  key     a\u001b[2J`,
      '  header  trace: t1',
      '  header  trace: base64:/w==',
      '  header  none: (null)',
      String.raw`  value   {"id":"p-1"}\n`,
    ].join('\n'),
  );
});

test('consume prints a tombstone without a key and a time', () => {
  const tombstone = { ...record, timestamp: '-1', key: null, value: null, headers: {} };
  expect(formatRecord({ topic: 't', partition: 0, record: tombstone })).toBe(
    't[0] at offset 3, no time\n  key     (null)\n  value   (null)',
  );
});

test('consume prints JSON that keeps its meaning and has no control characters', () => {
  const json = formatJson({ topic: 'payments', partition: 1, record });
  expect(json).not.toMatch(/\p{Cc}/u);
  expect(JSON.parse(json)).toMatchObject({
    offset: '3',
    key: 'a\u001b[2J',
    headers: [
      { name: 'trace', value: 't1' },
      { name: 'trace', value: 'base64:/w==' },
      { name: 'none', value: null },
    ],
    value: '{"id":"p-1"}\n',
  });
});
