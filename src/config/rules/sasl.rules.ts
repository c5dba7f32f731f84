import { problemWith } from '../problem.js';
import type { Texts } from '../reading/read-variables.js';
import type { Values, VariableName } from '../variables/environment.js';
import type { Rule } from './rule.js';
import { usesSasl } from './security-protocol.js';

const PROTOCOL = 'KAFKA_SECURITY_PROTOCOL';
const MECHANISM = 'KAFKA_SASL_MECHANISM';
const TOKEN = 'KAFKA_SASL_OAUTHBEARER_TOKEN';
const ENDPOINT = 'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL';
const PASSWORD: readonly VariableName[] = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
const CLIENT: readonly VariableName[] = [
  'KAFKA_SASL_OAUTHBEARER_CLIENT_ID',
  'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
];
const WITH_ENDPOINT: readonly VariableName[] = [...CLIENT, 'KAFKA_SASL_OAUTHBEARER_SCOPE'];
const BEARER: readonly VariableName[] = [
  TOKEN,
  ENDPOINT,
  ...WITH_ENDPOINT,
  'KAFKA_SASL_OAUTHBEARER_EXTENSIONS',
];

type When = (values: Values, texts: Texts) => boolean;

const byPassword: When = (values) => mechanismIs(values, (name) => name !== 'OAUTHBEARER');
const byToken: When = (values) => mechanismIs(values, (name) => name === 'OAUTHBEARER');

function mechanismIs(values: Values, test: (name: string) => boolean): boolean {
  const mechanism = values[MECHANISM];
  return usesSasl(values[PROTOCOL]) && mechanism !== undefined && test(mechanism);
}

function required(name: VariableName, when: When, because: (values: Values) => string): Rule {
  return {
    about: [PROTOCOL, MECHANISM, name],
    check(values, texts) {
      if (!when(values, texts) || texts.has(name)) return undefined;
      return problemWith(name, texts, { hint: `set it, since ${because(values)}` });
    },
  };
}

/** Rejects a variable that the mechanism ignores: the operator would believe that it is in use. */
function ignored(name: VariableName, when: When): Rule {
  return {
    about: [PROTOCOL, MECHANISM, name],
    check(values, texts) {
      if (!when(values, texts) || !texts.has(name)) return undefined;
      return problemWith(name, texts, {
        accepts: `nothing while ${MECHANISM} is ${values[MECHANISM]}`,
        hint: `remove it, or choose another ${MECHANISM}`,
      });
    },
  };
}

const tokenOrEndpoint: Rule = {
  about: [PROTOCOL, MECHANISM, TOKEN, ENDPOINT],
  check(values, texts) {
    if (!byToken(values, texts) || texts.has(TOKEN) !== texts.has(ENDPOINT)) return undefined;
    const hint = texts.has(TOKEN) ? 'remove one of the two' : `set ${TOKEN}_FILE or ${ENDPOINT}`;
    return problemWith(TOKEN, texts, { accepts: `either ${TOKEN} or ${ENDPOINT}`, hint });
  },
};

function onlyWithEndpoint(name: VariableName): Rule {
  return {
    about: [PROTOCOL, MECHANISM, ENDPOINT, name],
    check(values, texts) {
      if (!byToken(values, texts) || !texts.has(name) || texts.has(ENDPOINT)) return undefined;
      return problemWith(name, texts, { hint: `set ${ENDPOINT}, or remove ${name}` });
    },
  };
}

/** Requires HTTPS for the client secret, unless the connection to the brokers is plain text anyway. */
const encryptedEndpoint: Rule = {
  about: [PROTOCOL, MECHANISM, ENDPOINT],
  check(values, texts) {
    const url = values[ENDPOINT];
    if (values[PROTOCOL] !== 'SASL_SSL' || url === undefined || isPrivate(new URL(url))) return undefined;
    return problemWith(ENDPOINT, texts, {
      hint: 'write https://, or the client secret is sent in plain text',
    });
  },
};

function isPrivate({ protocol, hostname }: URL): boolean {
  return (
    protocol === 'https:' || hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]'
  );
}

/** What each mechanism requires, and what it ignores. */
export const saslRules: readonly Rule[] = [
  ...PASSWORD.map((name) => required(name, byPassword, (values) => `${PROTOCOL} is ${values[PROTOCOL]}`)),
  ...PASSWORD.map((name) => ignored(name, byToken)),
  ...BEARER.map((name) => ignored(name, byPassword)),
  tokenOrEndpoint,
  ...WITH_ENDPOINT.map(onlyWithEndpoint),
  ...CLIENT.map((name) =>
    required(
      name,
      (values, texts) => byToken(values, texts) && texts.has(ENDPOINT),
      () => `${ENDPOINT} is set`,
    ),
  ),
  encryptedEndpoint,
];
