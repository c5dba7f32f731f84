import { once } from 'node:events';
import { writeFile, rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** An unsecured JWS with subject and expiry, which Kafka's development validator accepts. */
export function unsecuredToken(subject: string, lifetimeSeconds: number): string {
  const now = Math.floor(Date.now() / 1_000);
  return `${encode({ alg: 'none' })}.${encode({ sub: subject, iat: now, exp: now + lifetimeSeconds })}.`;
}

/** Replaces the file atomically, like a kubelet. */
export async function replaceFile(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

/** An OAuth 2 token endpoint on this machine. */
export interface TestTokenEndpoint {
  readonly url: string;
  /** How many tokens it has given. */
  given(): number;
  stop(): Promise<void>;
}

/** Starts one whose tokens are valid for this time. */
export async function startTokenEndpoint(
  subject: string,
  lifetimeSeconds: number,
): Promise<TestTokenEndpoint> {
  let given = 0;
  const server = createServer((request, response) => {
    request.resume();
    given++;
    const token = {
      access_token: unsecuredToken(subject, lifetimeSeconds),
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
    };
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(token));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/token`,
    given: () => given,
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
