import { expect, test } from '@jest/globals';
import { Scene } from './testing/scene.js';

test('a partition that is assigned before its handler is known is read as soon as the handler is known', async () => {
  let isHandled = false;
  const scene = new Scene('ab', { isHandled: () => isHandled });
  await scene.fetch();
  expect(scene.called).toEqual([]);
  isHandled = true;
  await scene.fetch();
  expect(scene.called).toEqual(['0', '1']);
});
