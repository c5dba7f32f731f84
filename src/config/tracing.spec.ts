import { describe, expect, it } from '@jest/globals';
import { loadConfig } from './load-config.js';
import { errorOf } from './testing/error-of.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

describe('traces', () => {
  it('traces are off unless a collector is configured', () => {
    expect(loadConfig({ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }).tracing).toBeUndefined();
    expect(loadConfig({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }).tracing).toBeUndefined();
  });

  it('traces go to the path that OpenTelemetry appends to a general endpoint', () => {
    expect(loadConfig({ ...ENDPOINT, KAFKA_CLIENT_ID: 'orders' }).tracing).toEqual({
      url: 'http://collector:4318/v1/traces',
      serviceName: 'orders',
      sampler: 'parentbased_always_on',
      ratio: 1,
    });
  });

  it('traces go to the endpoint for traces, unchanged, if there is one', () => {
    const env = { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.test/in' };
    expect(loadConfig(env).tracing?.url).toBe('https://traces.test/in');
  });

  it('traces are sampled as OpenTelemetry’s variables say', () => {
    const env = {
      ...ENDPOINT,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    };
    expect(loadConfig(env).tracing).toMatchObject({ sampler: 'parentbased_traceidratio', ratio: 0.25 });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ])('the tracing variable %s=%s is rejected', (name, value) => {
    expect(errorOf({ [name]: value }).problems.map(({ variable }) => variable)).toEqual([name]);
  });
});
