import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PasswordConfig } from '../../../config/index.js';
import { CurrentSecrets } from './current-secrets.js';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'current-secrets-'));
  path = join(folder, 'password');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const config = (files: PasswordConfig['files']): PasswordConfig => ({
  mechanism: 'plain',
  username: 'ada',
  password: 'first',
  files,
});

describe('the current secrets', () => {
  it('are what their files hold now, however these were replaced', async () => {
    const secrets = new CurrentSecrets(config({ password: path }));
    await writeFile(path, 'second\n');
    expect(secrets.read()).toMatchObject({ username: 'ada', password: 'second' });
    await writeFile(`${path}.new`, 'third\r\n');
    await rename(`${path}.new`, path);
    expect(secrets.read().password).toBe('third');
  });

  it('stay what they were while a file is away, empty, or no secret', async () => {
    const secrets = new CurrentSecrets(config({ password: path }));
    await writeFile(path, 'good');
    expect(secrets.read().password).toBe('good');
    await writeFile(path, '\n');
    expect(secrets.read().password).toBe('good');
    await rm(path);
    expect(secrets.read().password).toBe('good');
    await writeFile(path, 'better');
    expect(secrets.read().password).toBe('better');
  });

  it('stay what they were while those of today do not go together', async () => {
    const secrets = new CurrentSecrets(config({ password: path }), ({ password }) => {
      if (password === 'half') throw new Error('key values mismatch');
    });
    for (const password of ['good', 'half']) {
      await writeFile(path, password);
      expect(secrets.read().password).toBe('good');
    }
  });

  it('are those of the start where none came from a file', () => {
    expect(new CurrentSecrets(config({})).read().password).toBe('first');
  });
});
