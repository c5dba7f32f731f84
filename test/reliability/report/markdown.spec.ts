import { markdownTable } from './markdown.js';
import { lost, madeUpReport, madeUpResult } from './testing/made-up-report.js';

it('the Markdown report has a row for each scenario of the service', () => {
  expect(markdownTable(madeUpReport(madeUpResult(), madeUpResult({ scenario: 'other' })))).toBe(
    [
      '| scenario | faults | records | repeats / bound | lost | overtaken | caught up after | verdict |',
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      '| killed instances | 2 × kill, 1 × pause | 12,345 | 17 / 200: KAFKA_MAX_IN_FLIGHT × 2 kills | 0 | – | 4.2 s | passed |',
      '| other | 2 × kill, 1 × pause | 12,345 | 17 / 200: KAFKA_MAX_IN_FLIGHT × 2 kills | 0 | – | 4.2 s | passed |',
      '',
    ].join('\n'),
  );
});

it('the Markdown report has a separate table for the other runtimes', () => {
  const report = madeUpReport(madeUpResult(), madeUpResult({ runtime: 'kafkajs', checks: [lost('3')] }));

  expect(markdownTable(report)).toContain(
    [
      '| scenario | measure | ours | nest | kafkajs |',
      '| --- | --- | --- | --- | --- |',
      '| killed instances | lost | 0 | – | 3 |',
    ].join('\n'),
  );
});

it('the Markdown report escapes text', () => {
  const scenario = 'a|b\n<i> *c* `d` [e](f) _g_ \\ &lt;';

  expect(markdownTable(madeUpReport(madeUpResult({ scenario })))).toContain(
    '| a\\|b \\<i\\> \\*c\\* \\`d\\` \\[e\\](f) \\_g\\_ \\\\ \\&lt; |',
  );
});
