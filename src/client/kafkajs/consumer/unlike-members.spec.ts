import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs-pinned';
import { unlikeMembers } from './unlike-members.js';

function member(clientId: string, ...topics: string[]) {
  const memberMetadata = kafkajs.AssignerProtocol.MemberMetadata.encode({
    version: 0,
    topics,
    userData: Buffer.alloc(0),
  });
  return { memberId: `${clientId}-${randomUUID()}`, memberMetadata };
}

test('the leader finds members with another subscription by client id, with the topics that differ', () => {
  const members = [
    member('shop', 'orders', 'refunds'),
    member('billing-2', 'orders', 'invoices'),
    member('billing-2', 'orders', 'invoices'),
    member('shop', 'refunds', 'orders'),
  ];
  expect(unlikeMembers({ members, topicsSubscribed: ['orders', 'refunds'] })).toEqual([
    { clientId: 'billing-2', additional: ['invoices'], missing: ['refunds'] },
  ]);
});

test('a member that does not lead the group finds no other members', () => {
  expect(unlikeMembers({ members: [], topicsSubscribed: ['orders'] })).toEqual([]);
  expect(unlikeMembers({ members: null, topicsSubscribed: ['orders'] })).toEqual([]);
});

test('a member whose metadata cannot be decoded does not break the join, and is reported', () => {
  const foreign = [Buffer.alloc(0), Buffer.from([0, 0, 127, 127, 127, 127]), Buffer.from('{}')];
  const members = foreign.map((memberMetadata) => ({ memberId: `foreign-${randomUUID()}`, memberMetadata }));
  expect(unlikeMembers({ members, topicsSubscribed: ['orders'] })).toEqual([
    { clientId: 'foreign', additional: [], missing: ['orders'] },
  ]);
});

test('members are listed in the same order, whatever order the coordinator names them in', () => {
  const members = [member('b', 'orders', 'x'), member('a', 'orders', 'x')];
  const topicsSubscribed = ['orders'];
  const there = unlikeMembers({ members, topicsSubscribed });
  expect(unlikeMembers({ members: members.toReversed(), topicsSubscribed })).toEqual(there);
});
