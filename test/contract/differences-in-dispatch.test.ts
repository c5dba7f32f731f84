import { expect, test } from '@jest/globals';
import { Controller, Inject, Injectable, Scope } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { bothSides, type Side } from './difference-sides.js';

const { each } = bothSides('dispatch', ({ topics, journal }) => {
  const regex = topics.named('regex');
  let count = 0;

  @Injectable({ scope: Scope.REQUEST })
  class RequestScoped {
    readonly instance = ++count;
  }

  @Controller()
  class FirstController {
    @EventPattern<string>(topics.named('keys'))
    async onKeys(@Payload() payload: string): Promise<void> {
      journal.note(`begin ${payload}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      journal.note(`end ${payload}`);
    }

    @EventPattern<string>(topics.numbered('number'))
    onNumber(): void {
      journal.note('called');
    }

    @EventPattern<RegExp>(new RegExp(`^${regex}$`))
    onRegex(): void {
      journal.note('first');
    }
  }

  @Controller()
  class SecondController {
    @EventPattern<RegExp>(new RegExp(`^${regex}$`))
    onRegex(): void {
      journal.note('second');
    }
  }

  class ScopedController {
    constructor(@Inject(RequestScoped) private readonly scoped: RequestScoped) {}

    noteInstance(): void {
      journal.note(this.scoped.instance);
    }
  }

  @Controller()
  class FirstScopedController extends ScopedController {
    @EventPattern<string>(topics.named('scoped'))
    onRecord(): void {
      this.noteInstance();
    }
  }

  @Controller()
  class SecondScopedController extends ScopedController {
    @EventPattern<string>(topics.named('scoped'))
    onRecord(): void {
      this.noteInstance();
    }
  }

  const scoped = [FirstScopedController, SecondScopedController];
  return { controllers: [FirstController, SecondController, ...scoped], providers: [RequestScoped] };
});

const onBoth = <T>(run: (side: Side) => Promise<T>): Promise<T[]> => Promise.all(each.map(run));

test('records of different keys are handled concurrently, those of one key one after the other', async () => {
  const records = ['a 1', 'b 1', 'a 2'].map((value) => ({ key: value.slice(0, 1), value }));
  const [onStock, onOurs] = await onBoth((side) => side.settle('keys', records));
  expect(onStock).toEqual(['begin a 1', 'end a 1', 'begin b 1', 'end b 1', 'begin a 2', 'end a 2']);
  expect(onOurs?.slice(0, 2)).toEqual(['begin a 1', 'begin b 1']);
  const ofOneKey = onOurs?.filter((entry) => / a \d$/.test(String(entry)));
  expect(ofOneKey).toEqual(['begin a 1', 'end a 1', 'begin a 2', 'end a 2']);
});

test('a topic whose name looks like a number has its handler, and its records are not committed unhandled', async () => {
  expect(await onBoth((side) => side.settle('number', ['a']))).toEqual([[], ['called']]);
});

test('equal regular expressions of two controllers call both handlers', async () => {
  const [onStock, onOurs] = await onBoth((side) => side.settle('regex', ['a']));
  expect(onStock).toEqual(['first']);
  expect(onOurs?.toSorted()).toEqual(['first', 'second']);
});

test('each of several handlers gets its own request-scoped providers', async () => {
  const instances = await onBoth((side) => side.settle('scoped', ['a']));
  expect(instances.map((ofSide) => new Set(ofSide).size)).toEqual([1, 2]);
});
