import Decoder from 'kafkajs-pinned/src/protocol/decoder.js';
import Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
import type Broker from 'kafkajs-pinned/src/broker/index.js';
import protocolErrors from 'kafkajs-pinned/src/protocol/error.js';
import apiKeys from 'kafkajs-pinned/src/protocol/requests/apiKeys.js';
import definitions from 'kafkajs-pinned/src/protocol/requests/index.js';
import type { TopicConfig } from '../../topic-settings.js';
import { send } from './admin-session.js';
import type { BrokerError } from './topic-requests.js';

const { createErrorFromCode } = protocolErrors;

const TOPIC = 2;
/** Unlike AlterConfigs, which kafkajs has, it leaves all other settings unchanged (KIP-339). */
const INCREMENTAL_ALTER_CONFIGS = 44;
const SET = 0;

/** A topic's settings, or why they could not be read. */
export type DescribedConfig = { readonly config: TopicConfig } | { readonly brokerError: BrokerError };

/** Values to set, by topic and by the setting's name. */
export type Alterations = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads settings of topics with one request, including the brokers' defaults. */
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
        if (errorCode !== 0) return [resourceName, { brokerError: toBrokerError(errorCode, errorMessage) }];
        const config = new Map(
          configEntries.map(({ configName, configValue }) => [configName, configValue ?? '']),
        );
        return [resourceName, { config }];
      },
    ),
  );
}

/**
 * Sets settings of topics with one request, which kafkajs does not have. Brokers support it since 2.3.
 * @returns the error of each topic whose settings were not set
 */
export async function alterConfigs(
  broker: Broker,
  topics: Alterations,
): Promise<ReadonlyMap<string, BrokerError>> {
  if (broker.versions && !(INCREMENTAL_ALTER_CONFIGS in broker.versions)) {
    const error = { type: 'UNSUPPORTED_VERSION', message: 'brokers before 2.3 cannot set single settings' };
    return new Map([...topics.keys()].map((topic) => [topic, error]));
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
    answers.flatMap(({ topic, errorCode, errorMessage }): [string, BrokerError][] =>
      errorCode === 0 ? [] : [[topic, toBrokerError(errorCode, errorMessage)]],
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

/** Whether Kafka marks an error as transient. */
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

/** @throws the error if it is transient, such as a controller that does not answer in time: ask again */
function toBrokerError(errorCode: number, errorMessage: string | null): BrokerError {
  const error = createErrorFromCode(errorCode);
  const { type, message } = error;
  if (isTransient(error)) throw error;
  return { type, message: errorMessage ?? message };
}
