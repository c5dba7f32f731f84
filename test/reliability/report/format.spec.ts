import { formatClock, formatCount, formatDuration } from './format.js';

it('a formatted count has thousands separators', () => {
  expect([0, 999, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,234,567']);
});

it.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [4200, '4.2 s'],
  [59_949, '59.9 s'],
  [59_999, '1 min 00 s'],
  [725_000, '12 min 05 s'],
  [3_599_999, '1 h 00 min'],
  [7_380_000, '2 h 03 min'],
])('a duration of %d ms is formatted as %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

it('a moment is formatted as minutes and seconds', () => {
  expect([42_000, 725_000, 3_725_000].map(formatClock)).toEqual(['0:42', '12:05', '1:02:05']);
});
