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

  it('are current once they were written, and stale before', async () => {
    writeFileSync(join(root, 'docs/configuration.md'), PAGE);
    const before = await documentsOf(root);
    expect(before.map(({ current, wanted }) => current === wanted)).toEqual([false, false]);
    for (const { path, wanted } of before) writeFileSync(path, wanted);
    const after = await documentsOf(root);
    expect(after.map(({ current, wanted }) => current === wanted)).toEqual([true, true]);
  });

  it('leave out a configuration page that has no markers', async () => {
    writeFileSync(join(root, 'docs/configuration.md'), '# Configuration\n');
    expect((await documentsOf(root)).map(({ path }) => path)).toEqual([join(root, '.env.example')]);
  });

  it('change the configuration page only between its markers, and leave it as prettier wants it', async () => {
    writeFileSync(join(root, 'docs/configuration.md'), PAGE);
    const page = (await documentsOf(root)).at(-1)?.wanted ?? '';
    expect(page).toMatch(/^# Configuration\n\n<!-- config:start -->\n/);
    expect(page).toMatch(/<!-- config:end -->\n\nAfter.\n$/);
    expect(page).not.toContain('out of date');
    for (const { name } of describeVariables()) expect(page).toContain(`\`${name}\``);
    expect(await check(page, { parser: 'markdown' })).toBe(true);
  });

  it('hold an .env.example that names every variable and changes nothing before it is edited', () => {
    const example = renderEnvExample(describeSections());
    // Node 22 takes a comment in the last line for a variable whose name begins with it.
    expect(Object.keys(parseEnv(example)).filter((name) => !name.startsWith('#'))).toEqual([]);
    for (const { name } of describeVariables()) expect(example).toMatch(new RegExp(`^# ${name}=`, 'm'));
  });

  it('hold an .env.example whose lines are the defaults', () => {
    const uncommented = renderEnvExample(describeSections()).replaceAll(/^# (?=[A-Z_]+=)/gm, '');
    // Refused beside the default protocol, which would ignore it.
    const { KAFKA_SSL_REJECT_UNAUTHORIZED: verified, ...env } = parseEnv(uncommented);
    expect(verified).toBe('true');
    expect(loadConfig(env)).toEqual(loadConfig({}));
  });
});
