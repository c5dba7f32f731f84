import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { check } from 'prettier';
import { loadConfig } from '../../src/config/load-config.js';
import { describeSections, describeVariables } from '../../src/config/variables/environment.js';
import { documentsOf } from './documents.js';
import { renderEnvExample } from './env-example.js';

const PAGE = '# Configuration\n\n<!-- config:start -->\n\nout of date\n\n<!-- config:end -->\n\nAfter.\n';
let root: string;

describe('the generated documents', () => {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'documents-'));
    mkdirSync(join(root, 'docs'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('the generated documents are stale before they are written, and current afterwards', async () => {
    writeFileSync(join(root, 'docs/configuration.md'), PAGE);
    const before = await documentsOf(root);
    expect(before.map(({ current, wanted }) => current === wanted)).toEqual([false, false]);
    for (const { path, wanted } of before) writeFileSync(path, wanted);
    const after = await documentsOf(root);
    expect(after.map(({ current, wanted }) => current === wanted)).toEqual([true, true]);
  });

  it('a configuration page without markers is not generated', async () => {
    writeFileSync(join(root, 'docs/configuration.md'), '# Configuration\n');
    expect((await documentsOf(root)).map(({ path }) => path)).toEqual([join(root, '.env.example')]);
  });

  it('the configuration page is changed only between its markers, and formatted as by prettier', async () => {
    writeFileSync(join(root, 'docs/configuration.md'), PAGE);
    const page = (await documentsOf(root)).at(-1)?.wanted ?? '';
    expect(page).toMatch(/^# Configuration\n\n<!-- config:start -->\n/);
    expect(page).toMatch(/<!-- config:end -->\n\nAfter.\n$/);
    expect(page).not.toContain('out of date');
    for (const { name } of describeVariables()) expect(page).toContain(`\`${name}\``);
    expect(await check(page, { parser: 'markdown' })).toBe(true);
  });

  it('the generated .env.example names every variable and changes nothing before it is edited', () => {
    const example = renderEnvExample(describeSections());
    // Node 22 parses a comment in the last line as a variable.
    expect(Object.keys(parseEnv(example)).filter((name) => !name.startsWith('#'))).toEqual([]);
    for (const { name } of describeVariables()) expect(example).toMatch(new RegExp(`^# ${name}=`, 'm'));
  });

  it('the lines of the generated .env.example are the defaults', () => {
    const uncommented = renderEnvExample(describeSections()).replaceAll(/^# (?=[A-Z_]+=)/gm, '');
    // Rejected together with the default protocol, which would ignore it.
    const { KAFKA_SSL_REJECT_UNAUTHORIZED: verified, ...env } = parseEnv(uncommented);
    expect(verified).toBe('true');
    expect(loadConfig(env)).toEqual(loadConfig({}));
  });
});
