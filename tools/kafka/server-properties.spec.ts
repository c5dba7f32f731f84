import { describe, expect, it } from '@jest/globals';
import { type Node, serverProperties } from './server-properties.js';

function node(nodeId: number): Node {
  return { nodeId, port: 19_000 + nodeId, controllerPort: 18_000 + nodeId };
}

function parsed(text: string): Map<string, string> {
  const lines = text.trim().split('\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe('serverProperties', () => {
  it('serverProperties sets a replication factor of 1 for the internal topics of one broker', () => {
    const properties = parsed(serverProperties(node(1), '/data', { nodes: [node(1)] }));
    expect(properties.get('offsets.topic.replication.factor')).toBe('1');
    expect(properties.get('transaction.state.log.min.isr')).toBe('1');
    expect(properties.get('log.dirs')).toBe('/data');
  });

  it('serverProperties makes three brokers one cluster that survives the loss of one', () => {
    const nodes = [node(1), node(2), node(3)];
    const properties = parsed(serverProperties(node(2), '/data', { nodes }));
    expect(properties.get('node.id')).toBe('2');
    expect(properties.get('controller.quorum.voters')).toBe(
      '1@127.0.0.1:18001,2@127.0.0.1:18002,3@127.0.0.1:18003',
    );
    expect(properties.get('offsets.topic.replication.factor')).toBe('3');
    expect(properties.get('min.insync.replicas')).toBe('2');
    expect(properties.get('broker.rack')).toBe('rack-2');
  });

  it.each([
    [{ sasl: true, tls: true }, 'SASL_SSL'],
    [{ sasl: true, tls: false }, 'SASL_PLAINTEXT'],
    [{ sasl: false, tls: true }, 'SSL'],
  ])('serverProperties protects the secure listener as requested: %j', ({ sasl, tls }, protocol) => {
    const secured = { ...node(1), securePort: 19_443 };
    const properties = parsed(
      serverProperties(secured, '/data', {
        nodes: [secured],
        ...(sasl && { sasl: { username: 'ada', password: 'secret' } }),
        ...(tls && { keystore: { file: '/tls/broker.p12', password: 'secret' } }),
      }),
    );
    expect(properties.get('listener.security.protocol.map')).toContain(`SECURE:${protocol}`);
    expect(properties.get('advertised.listeners')).toBe(
      'PLAINTEXT://127.0.0.1:19001,SECURE://127.0.0.1:19443',
    );
  });

  it('serverProperties advertises the port of the proxy for a proxied listener', () => {
    const proxied = [
      { name: 'A', nodeId: 1, listenPort: 20_001, advertisedPort: 20_002 },
      { name: 'B', nodeId: 1, listenPort: 20_003, advertisedPort: 20_004 },
    ];
    const behind = { ...node(1), proxied };
    const properties = parsed(serverProperties(behind, '/data', { nodes: [behind] }));
    expect(properties.get('listeners')).toBe(
      'PLAINTEXT://127.0.0.1:19001,A://127.0.0.1:20001,B://127.0.0.1:20003,CONTROLLER://127.0.0.1:18001',
    );
    expect(properties.get('advertised.listeners')).toBe(
      'PLAINTEXT://127.0.0.1:19001,A://127.0.0.1:20002,B://127.0.0.1:20004',
    );
    expect(properties.get('listener.security.protocol.map')).toMatch(/,A:PLAINTEXT,B:PLAINTEXT$/);
  });

  it('serverProperties lets the caller override every property', () => {
    const options = { nodes: [node(1)], properties: { 'auto.create.topics.enable': true } };
    expect(parsed(serverProperties(node(1), '/data', options)).get('auto.create.topics.enable')).toBe('true');
  });
});
