import type { ServiceConfig } from './config.js';
import { toConfig } from './to-config.js';
import { environment } from './variables/environment.js';

export function loadConfig(env: NodeJS.ProcessEnv): ServiceConfig {
  return toConfig(environment.parse(env), process.stdout.isTTY);
}
