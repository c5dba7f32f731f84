import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { projectRoot } from '../project.js';

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');
const { groups } = parse(read('deploy/monitoring/rules.yaml')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const sections = new Set(Array.from(read('docs/runbook.md').matchAll(/^## (.+)$/gm), ([, title]) => title));

test.each(rules)('the runbook section of $alert says what it is, where to look and what to do', (rule) => {
  expect(Object.keys(rule.annotations)).toEqual(['summary', 'look_at', 'action', 'runbook_url']);
  expect(rule.labels['severity']).toMatch(/^(critical|warning|info)$/);
  expect(rule.annotations['runbook_url']).toBe(`docs/runbook.md#${rule.alert.toLowerCase()}`);
  expect(sections).toContain(rule.alert);
});

test.each(rules)('the alert $alert has a test in the rules’ test file', ({ alert }) => {
  expect(read('deploy/monitoring/rules.test.yaml')).toContain(alert);
});

const runbook = read('docs/runbook.md');

const parts = runbook.split(/^##+ /m).slice(1);

test.each(
  parts.map((part) => [part.split('\n', 1)[0], part]).filter(([title]) => title !== 'States of the probes'),
)(
  'the section “%s” says how it was provoked and what resolved it, by tests that exist',
  (_title, text = '') => {
    expect(text).toMatch(/^Provoked by .+ Resolved by /m);
    const provoked = /^Provoked by .+/m.exec(text)?.[0] ?? '';
    const files = Array.from(provoked.matchAll(/`([\w/.-]+\.(?:test|proof|spec)\.ts)`/g), ([, file]) => file);
    expect(files).not.toEqual([]);
    for (const file of files) {
      const place = file?.startsWith('src/') ? file : `test/integration/${file}`;
      expect([file, existsSync(path.join(projectRoot, place))]).toEqual([file, true]);
    }
  },
);

test.each(rules)('the alert $alert is raised and resolved by its own test', ({ alert }) => {
  const tests = read('test/integration/telemetry/alerts.proof.ts');
  expect(tests).toContain(`test('the alert ${alert} is raised by `);
  expect(tests).toContain(`alarm.raised('${alert}')`);
  expect(tests).toContain(`alarm.ended('${alert}')`);
});
