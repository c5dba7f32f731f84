import { renderPage } from './page.js';
import { lost, madeUpFaults, madeUpReport, madeUpResult, madeUpSamples } from './testing/made-up-report.js';

const PICTURES = 6;

it('the report page shows each check with its bound, and failed ones with examples', () => {
  const page = renderPage(madeUpReport(madeUpResult({ checks: [...madeUpResult().checks, lost('3')] })));
  const rows = page.match(/<tr class="(passed|failed)">\s*<th>(lost|repeats)<\/th>[^]*?<\/tr>/g) ?? [];

  expect(rows.map((row) => row.slice(0, row.indexOf('>')))).toEqual([
    '<tr class="passed"',
    '<tr class="passed"',
    '<tr class="failed"',
  ]);
  expect(rows[1]).toContain('200: KAFKA_MAX_IN_FLIGHT × 2 kills');
  expect(rows[2]).toContain('<code>orders[2]@15231</code>');
  expect(page).toContain('failed: lost');
});

it('the report page draws every chart of every result, with unique ids', () => {
  const page = renderPage(madeUpReport(madeUpResult(), madeUpResult({ runtime: 'nest' })));
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);

  expect(page.match(/<svg /g)).toHaveLength(2 * PICTURES);
  expect(new Set(ids).size).toBe(ids.length);
  expect(page).toContain('Side by side');
});

it('the report page escapes every text, even within charts', () => {
  const tag = (name: string) => `<b title='"'>${name}</b>`;
  const faults = [{ fault: tag('F'), target: tag('T'), fromMs: 0, toMs: 1000 }];
  const checks = [{ ...lost(tag('M')), bound: tag('B'), examples: [tag('E')] }];
  const result = madeUpResult({
    scenario: tag('S'),
    description: tag('D'),
    replay: tag('R'),
    startedAt: tag('A'),
    samples: madeUpSamples(60, [tag('I'), tag('J')]),
    faults,
    checks,
  });
  const report = {
    ...madeUpReport(result),
    command: tag('C'),
    machine: tag('H'),
    settings: { [tag('K')]: tag('V') },
  };

  const page = renderPage(report);

  expect(page).not.toContain('<b ');
  const shown = [...'SDRAFTMBEIJCHKV'].filter((name) => page.includes(`&gt;${name}&lt;/b&gt;`));
  expect(shown.join('')).toBe('SDRAFTMBEIJCHKV');
});

it('the report page loads no resources and runs no scripts', () => {
  const page = renderPage(madeUpReport(madeUpResult()));

  expect(page).not.toMatch(/<(script|link|img|iframe|object)\b|@import|url\((?!#)|\son\w+=/);
});

it('the report page of an hour with a sample per second and thirty faults is small', () => {
  const hourMs = 3_600_000;
  const instances = Array.from({ length: 12 }, (_, index) => `service-${index + 1}`);
  const samples = madeUpSamples(3600, instances);
  const result = madeUpResult({ durationMs: hourMs, samples, faults: madeUpFaults(30, hourMs) });

  expect(Buffer.byteLength(renderPage(madeUpReport(result)))).toBeLessThan(500_000);
});

it('the report page says if there is nothing to draw', () => {
  expect(renderPage(madeUpReport(madeUpResult({ samples: [] })))).toContain('No samples were taken');
  expect(renderPage(madeUpReport(madeUpResult({ faults: [] })))).toContain('No faults struck');
  expect(renderPage(madeUpReport())).toContain('Reliability report');
});
