import { ConfigError } from './config-error.js';
import type { SecretFiles } from './config.js';
import { problemWith } from './problem.js';
import { thisHost, type Host } from './reading/host.js';
import { fileVariable } from './reading/read-variables.js';
import { readSecretFile } from './reading/secret-file.js';
import { SECRET_VARIABLES, type SecretField } from './to-security-config.js';
import { environment } from './variables/environment.js';

/**
 * Reads the secret files again and returns the configuration with their current content, since secrets are rotated
 * while the service runs.
 *
 * @throws ConfigError if a file cannot be read or its content is invalid; the message never contains the content
 */
export function reloadSecrets<Config extends { readonly files: SecretFiles<SecretField> }>(
  config: Config,
  host: Host = thisHost,
): Config {
  const fresh: Partial<Record<SecretField, string>> = {};
  for (const field of Object.keys(SECRET_VARIABLES).filter(isSecretField)) {
    const path = config.files[field];
    if (path !== undefined) fresh[field] = readField(field, path, host);
  }
  return { ...config, ...fresh };
}

function readField(field: SecretField, path: string, host: Host): string {
  const name = SECRET_VARIABLES[field];
  const read = readSecretFile(fileVariable(name), path, host);
  if ('problem' in read) throw new ConfigError([read.problem]);
  const parsed = environment.shape[name].safeParse(read.text);
  if (parsed.success && parsed.data !== undefined) return parsed.data;
  const hint = parsed.error?.issues[0]?.message ?? 'put the value into the file';
  throw new ConfigError([problemWith(name, new Map([[name, read.text]]), { hint })]);
}

function isSecretField(field: string): field is SecretField {
  return Object.hasOwn(SECRET_VARIABLES, field);
}
