import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../project.js';
import { RULE_FILES, ruleManifest } from './rule-manifest.js';

const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');

test('the operator’s resource has the alerts of Prometheus’s own file, and is current', () => {
  const rules = read(RULE_FILES.rules);
  expect(parse(ruleManifest(rules))).toMatchObject({ kind: 'PrometheusRule', spec: parse(rules) as object });
  expect(read(RULE_FILES.manifest)).toBe(ruleManifest(rules));
});
