import { problemWith } from '../problem.js';
import type { Texts } from '../reading/read-variables.js';
import type { Rule } from './rule.js';
import { saslRules } from './sasl.rules.js';
import { usesSasl, usesTls } from './security-protocol.js';
import { describeVariables, type Values, type VariableName } from '../variables/environment.js';

const PROTOCOL = 'KAFKA_SECURITY_PROTOCOL';
const NAMES = describeVariables().map(({ name }) => name);

interface Layer {
  readonly prefix: string;
  readonly inUse: (protocol: Values['KAFKA_SECURITY_PROTOCOL']) => boolean;
  readonly protocols: string;
  readonly remedy: (values: Values, texts: Texts) => string;
}

const tls: Layer = {
  prefix: 'KAFKA_SSL_',
  inUse: usesTls,
  protocols: 'SSL or SASL_SSL',
  remedy: (values, texts) =>
    usesSasl(values[PROTOCOL]) || [...texts.keys()].some((name) => name.startsWith('KAFKA_SASL_'))
      ? 'SASL_SSL'
      : 'SSL',
};

const sasl: Layer = {
  prefix: 'KAFKA_SASL_',
  inUse: usesSasl,
  protocols: 'SASL_SSL or SASL_PLAINTEXT',
  remedy: () => 'SASL_SSL',
};

/** Rejects settings that the protocol ignores: the operator would believe that the connection is secure. */
function onlyWhileUsed({ prefix, inUse, protocols, remedy }: Layer): readonly Rule[] {
  return NAMES.filter((name) => name.startsWith(prefix)).map((name) => ({
    about: [PROTOCOL, name],
    check(values, texts) {
      if (inUse(values[PROTOCOL]) || !texts.has(name)) return undefined;
      return problemWith(name, texts, {
        accepts: `nothing unless ${PROTOCOL} is ${protocols}; it is ${values[PROTOCOL]}`,
        hint: `set ${PROTOCOL}=${remedy(values, texts)}, or remove ${name}`,
      });
    },
  }));
}

const mechanismRequired: Rule = {
  about: [PROTOCOL, 'KAFKA_SASL_MECHANISM'],
  check(values, texts) {
    if (!usesSasl(values[PROTOCOL]) || texts.has('KAFKA_SASL_MECHANISM')) return undefined;
    const hint = `set it, since ${PROTOCOL} is ${values[PROTOCOL]}`;
    return problemWith('KAFKA_SASL_MECHANISM', texts, { hint });
  },
};

function requiresCompanion(name: VariableName, companion: VariableName): Rule {
  return {
    about: [PROTOCOL, name, companion],
    check(values, texts) {
      if (!usesTls(values[PROTOCOL]) || !texts.has(name) || texts.has(companion)) return undefined;
      return problemWith(companion, texts, { hint: `set it, since ${name} is set, or remove ${name}` });
    },
  };
}

/** How encryption and authentication depend on the protocol and on each other. */
export const securityRules: readonly Rule[] = [
  ...onlyWhileUsed(tls),
  ...onlyWhileUsed(sasl),
  mechanismRequired,
  ...saslRules,
  requiresCompanion('KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'),
  requiresCompanion('KAFKA_SSL_KEY', 'KAFKA_SSL_CERT'),
  requiresCompanion('KAFKA_SSL_KEY_PASSPHRASE', 'KAFKA_SSL_KEY'),
];
