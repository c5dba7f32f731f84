import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PasswordConfig } from '../../../config/index.js';
import { SecretReader } from './secret-reader.js';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-reader-'));
  path = join(folder, 'password');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const config = (files: PasswordConfig['files']): PasswordConfig => ({
  mechanism: 'plain',
  username: 'ada',
  password: 'first',
  files,
});

describe('secrets', () => {
  it('secrets are read again from their files after a file was rewritten or replaced', async () => {
    const secrets = new SecretReader(config({ password: path }));
    await writeFile(path, 'second\n');
    expect(secrets.read()).toMatchObject({ username: 'ada', password: 'second' });
    await writeFile(`${path}.new`, 'third\r\n');
    await rename(`${path}.new`, path);
    expect(secrets.read().password).toBe('third');
  });

  it('secrets stay the same while a file is missing or empty', async () => {
    const secrets = new SecretReader(config({ password: path }));
    await writeFile(path, 'good');
    expect(secrets.read().password).toBe('good');
    await writeFile(path, '\n');
    expect(secrets.read().password).toBe('good');
    await rm(path);
    expect(secrets.read().password).toBe('good');
    await writeFile(path, 'better');
    expect(secrets.read().password).toBe('better');
  });

  it('secrets stay the same while the secrets in the files do not match each other', async () => {
    const secrets = new SecretReader(config({ password: path }), ({ password }) => {
      if (password === 'half') throw new Error('key values mismatch');
    });
    for (const password of ['good', 'half']) {
      await writeFile(path, password);
      expect(secrets.read().password).toBe('good');
    }
  });

  it('secrets are those of the configuration if they do not come from files', () => {
    expect(new SecretReader(config({})).read().password).toBe('first');
  });
});
