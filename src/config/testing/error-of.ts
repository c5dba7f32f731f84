import { ConfigError } from '../config-error.js';
import { loadConfig } from '../load-config.js';
import { thisHost, type Host } from '../reading/host.js';

/** The error that an invalid environment causes, for specs. @throws if the environment is accepted */
export function errorOf(env: NodeJS.ProcessEnv, host: Host = thisHost): ConfigError {
  try {
    loadConfig(env, host);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}
