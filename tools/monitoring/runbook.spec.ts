import { readFileSync } from 'node:fs';
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

test.each(rules)('$alert says what it is, where to look and what to do, and has its section', (rule) => {
  expect(Object.keys(rule.annotations)).toEqual(['summary', 'look_at', 'action', 'runbook_url']);
  expect(rule.labels['severity']).toMatch(/^(critical|warning|info)$/);
  expect(rule.annotations['runbook_url']).toBe(`docs/runbook.md#${rule.alert.toLowerCase()}`);
  expect(sections).toContain(rule.alert);
});

test.each(rules)('$alert is tested', ({ alert }) => {
  expect(read('deploy/monitoring/rules.test.yaml')).toContain(alert);
});
