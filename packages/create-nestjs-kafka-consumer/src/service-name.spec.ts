import { expect, test } from '@jest/globals';
import { checkServiceName } from './service-name.js';

test.each(['payments', 'payments-2', 'a', 'a'.repeat(51)])('"%s" can be the name of a service', (name) => {
  expect(() => checkServiceName(name, ['rxjs'])).not.toThrow();
});

test.each([
  ['Payments', 'lower-case letters'],
  ['@shop/payments', 'lower-case letters'],
  ['../payments', 'lower-case letters'],
  ['2payments', 'a letter first'],
  ['payments-', 'no dash at the end'],
  ['', 'a letter first'],
  ['a'.repeat(52), '51 characters, and it has 52'],
  ['null', 'YAML'],
  ['http', 'a module of Node'],
  ['rxjs', 'a dependency of the service'],
])('"%s" cannot be the name of a service', (name, why) => {
  expect(() => checkServiceName(name, ['rxjs'])).toThrow(
    expect.objectContaining({ code: 'INVALID_NAME', message: expect.stringContaining(why) }),
  );
});
