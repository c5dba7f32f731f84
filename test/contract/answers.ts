import { RpcException } from '@nestjs/microservices';
import { concat, EMPTY, of, throwError } from 'rxjs';

/** The ways in which a handler can answer a request. */
export const ANSWERS: Readonly<Record<string, (payload: unknown) => unknown>> = {
  value: (payload) => ({ got: payload }),
  text: () => 'text',
  promise: async (payload) => ({ got: payload }),
  'stream-of-one': (payload) => of({ got: payload }),
  'stream-of-many': () => of('a', 'b', 'c'),
  'empty-stream': () => EMPTY,
  'with-key': () => ({ key: 'a key', value: { inner: true }, headers: { own: 'header' } }),
  'rpc-exception': () => fail(new RpcException('refused')),
  'rpc-exception-with-object': () => fail(new RpcException({ code: 409, reason: 'conflict' })),
  'unknown-error': () => fail(new Error('a secret of the database')),
  'thrown-text': () => fail('a secret in a text'),
  'stream-that-fails': () =>
    concat(
      of('a'),
      throwError(() => new RpcException('late')),
    ),
};

function fail(error: unknown): never {
  throw error;
}
