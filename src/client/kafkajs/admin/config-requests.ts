import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import type Broker from 'kafkajs/src/broker/index.js';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import definitions from 'kafkajs/src/protocol/requests/index.js';
import type { TopicConfig } from '../../topic-settings.js';
import { send } from './admin-session.js';
import type { Refusal } from './topic-requests.js';

const { createErrorFromCode } = protocolErrors;

const TOPIC = 2;
/** Replaces a value. Unlike AlterConfigs, which kafkajs has, it leaves all other settings as they are (KIP-339). */
const INCREMENTAL_ALTER_CONFIGS = 44;
const SET = 0;

/** A topic's settings, or why they could not be read. */
export type DescribedConfig = { readonly config: TopicConfig } | { readonly refusal: Refusal };

/** Values to be set, by the topic's and the setting's name. */
export type Alterations = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The values that settings of topics have, those that brokers give by default among them, with one request. */
export async function describeConfigs(
  broker: Broker,
  topics: readonly string[],
  names: readonly string[],
): Promise<ReadonlyMap<string, DescribedConfig>> {
  const resources = topics.map((name) => ({ type: TOPIC, name, configNames: names }));
  const answer = await send(broker, apiKeys.DescribeConfigs, definitions.requests.DescribeConfigs, {
    resources,
    includeSynonyms: false,
  });
  return new Map(
    answer.resources.map(
      ({ errorCode, errorMessage, resourceName, configEntries }): [string, DescribedConfig] => {
        if (errorCode !== 0) return [resourceName, { refusal: toRefusal(errorCode, errorMessage) }];
        const config = new Map(
          configEntries.map(({ configName, configValue }) => [configName, configValue ?? '']),
        );
        return [resourceName, { config }];
      },
    ),
  );
}

/**
 * Sets settings of topics with one request, which kafkajs does not have. Brokers know it from 2.3 on.
 * @returns what keeps settings of a topic from being set
 */
export async function alterConfigs(
  broker: Broker,
  topics: Alterations,
): Promise<ReadonlyMap<string, Refusal>> {
  if (broker.versions && !(INCREMENTAL_ALTER_CONFIGS in broker.versions)) {
    const refusal = { type: 'UNSUPPORTED_VERSION', said: 'brokers before 2.3 set no single settings' };
    return new Map([...topics.keys()].map((topic) => [topic, refusal]));
  }
  const request = {
    apiKey: INCREMENTAL_ALTER_CONFIGS,
    apiVersion: 0,
    apiName: 'IncrementalAlterConfigs',
    encode: () => Promise.resolve(encodeAlterations(topics)),
  };
  const answers = await broker.connectionPool.send<Altered[]>({
    request,
    response: {
      decode: (bytes) => Promise.resolve(decodeAltered(bytes)),
      parse: (answer) => Promise.resolve(answer),
    },
  });
  return new Map(
    answers.flatMap(({ topic, errorCode, errorMessage }): [string, Refusal][] =>
      errorCode === 0 ? [] : [[topic, toRefusal(errorCode, errorMessage)]],
    ),
  );
}

/** resources => type INT8, name STRING, configs => (name STRING, operation INT8, value STRING); validate_only BOOLEAN */
function encodeAlterations(topics: Alterations): Encoder {
  const resources = [...topics].map(([topic, values]) =>
    new Encoder()
      .writeInt8(TOPIC)
      .writeString(topic)
      .writeArray(
        [...values].map(([name, value]) => new Encoder().writeString(name).writeInt8(SET).writeString(value)),
      ),
  );
  return new Encoder().writeArray(resources).writeBoolean(false);
}

interface Altered {
  readonly topic: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Whether Kafka says of an error that it passes by itself. */
export function isTransient(error: unknown): boolean {
  return error instanceof Error && 'retriable' in error && error.retriable === true;
}

/** throttle_time_ms INT32; responses => error_code INT16, error_message STRING, type INT8, name STRING */
function decodeAltered(bytes: Buffer): Altered[] {
  const decoder = new Decoder(bytes);
  decoder.readInt32();
  return decoder.readArray((each) => {
    const errorCode = each.readInt16();
    const errorMessage = each.readString();
    each.readInt8();
    return { errorCode, errorMessage, topic: each.readString() ?? '' };
  });
}

/** @throws what passes by itself, such as a controller that does not answer in time: it is no answer */
function toRefusal(errorCode: number, errorMessage: string | null): Refusal {
  const error = createErrorFromCode(errorCode);
  const { type, message } = error;
  if (isTransient(error)) throw error;
  return { type, said: errorMessage ?? message };
}
