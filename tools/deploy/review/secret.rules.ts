import type { Container } from '../deployment.js';
import type { Manifests } from '../manifests.js';
import { eachContainer, podOf, type Rule } from './rule.js';

const SECRET_NAME = /PASSWORD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE|_KEY$|_URL$/;

/** Whether a variable contains a secret itself, not the path of a file. */
function holdsSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !name.endsWith('_FILE');
}

function variablesFromSecrets({ env, envFrom }: Container): string[] {
  const one = env.filter(({ valueFrom }) => JSON.stringify(valueFrom ?? '').includes('secretKeyRef'));
  return [...one.map(({ name }) => name), ...envFrom.flatMap(({ secretRef }) => (secretRef ? ['all'] : []))];
}

/** Files that variables name but no volume provides. */
function missingFiles(container: Container, manifests: Manifests): string[] {
  const mounts = container.volumeMounts.map(({ mountPath }) => `${mountPath}/`);
  return Object.entries(manifests.environment(container))
    .filter(([name, file]) => name.endsWith('_FILE') && !mounts.some((mount) => file.startsWith(mount)))
    .map(([name, file]) => `${name} is ${file}, where no volume is mounted`);
}

/** Rules for secrets: they are mounted as files and not part of the manifests. */
export const secretRules: readonly Rule[] = [
  eachContainer('no secret in a variable', (container, manifests) => {
    const fromSecrets = variablesFromSecrets(container);
    const literal = Object.keys(manifests.environment(container)).filter(holdsSecret);
    const found = [...fromSecrets, ...literal];
    return found.length > 0 && `${found.join(', ')} in its environment`;
  }),
  eachContainer('secret files are mounted', (container, manifests) => missingFiles(container, manifests)[0]),
  eachContainer('secrets are read only', (container, manifests) => {
    const secrets = new Set(podOf(manifests).volumes.flatMap(({ name, secret }) => (secret ? [name] : [])));
    const writable = container.volumeMounts.find(({ name, readOnly }) => secrets.has(name) && !readOnly);
    return writable && `${writable.mountPath} is mounted writable`;
  }),
];
