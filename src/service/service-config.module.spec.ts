import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceConfig } from '../config/index.js';

const started = { env: process.env, cwd: process.cwd() };
let folder: string;

/** The configuration that is injected into a nested provider, in a new process started in `folder`. */
async function injectedConfig(env: NodeJS.ProcessEnv): Promise<ServiceConfig> {
  process.env = { ...env };
  jest.resetModules();
  const { SERVICE_CONFIG } = await import('../config/index.js');
  const { ServiceConfigModule } = await import('./service-config.module.js');
  const reader = {
    provide: 'READER',
    useFactory: (config: ServiceConfig) => config,
    inject: [SERVICE_CONFIG],
  };
  @Module({ providers: [reader] })
  class FeatureModule {}
  const application = await Test.createTestingModule({
    imports: [ServiceConfigModule, FeatureModule],
  }).compile();
  return application.get<ServiceConfig>('READER', { strict: false });
}

describe('ServiceConfigModule', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'));
    process.chdir(folder);
    writeFileSync(join(folder, '.env'), 'KAFKA_GROUP_ID=from-file\nPORT=4000\n');
  });

  afterEach(() => {
    process.chdir(started.cwd);
    process.env = started.env;
    rmSync(folder, { recursive: true });
  });

  it('ServiceConfigModule provides one frozen configuration to every module without an import', async () => {
    const config = await injectedConfig({ NODE_ENV: 'production', KAFKA_GROUP_ID: 'mine' });
    expect(config.kafka.groupId).toBe('mine');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('ServiceConfigModule reads .env outside production, and the environment takes precedence', async () => {
    const config = await injectedConfig({ KAFKA_GROUP_ID: 'mine' });
    expect(config).toMatchObject({ kafka: { groupId: 'mine' }, http: { port: 4000 } });
  });

  it('ServiceConfigModule reads no .env in production', async () => {
    const config = await injectedConfig({ NODE_ENV: 'production', KAFKA_GROUP_ID: 'mine' });
    expect(config).toMatchObject({ kafka: { groupId: 'mine' }, http: { port: 3000 } });
  });

  it('ServiceConfigModule makes creating the application fail if the environment is invalid', async () => {
    await expect(injectedConfig({ PORT: 'http' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      problems: [{ variable: 'PORT' }],
    });
  });
});
