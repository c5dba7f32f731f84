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
