import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import type { TopicPartition } from '../../pipeline/index.js';
import { type GroupConsumer, KafkaRuntime } from '../../transport/index.js';
import { BrokerSession } from '../broker-session.js';

/** What is to be paused, or to go on. */
export interface Target {
  readonly topic: string;
  readonly partition?: number | undefined;
  readonly group?: string | undefined;
}

/** What it means for one group. */
export interface PausedGroup {
  readonly group: string;
  /** All that an operator has paused in it. */
  readonly pausedByOperator: readonly { readonly topic: string; readonly partition?: number }[];
  /** The partitions among them that this member has now. */
  readonly assigned: readonly TopicPartition[];
}

/** Stops topics or partitions, and lets them go on, in this process. */
@Injectable()
export class ConsumingService {
  constructor(
    private readonly runtime: KafkaRuntime,
    private readonly brokers: BrokerSession,
  ) {}

  /** @throws NotFoundException where no such topic is consumed, or it has no such partition */
  async pause(target: Target): Promise<{ groups: PausedGroup[] }> {
    const groups = this.#groupsOf(target);
    await this.#requirePartition(target, groups);
    for (const group of groups) group.pipeline.pause(target.topic, target.partition);
    return { groups: groups.map(pausedGroup) };
  }

  /** @throws NotFoundException where no such topic is consumed; ConflictException where that would not help */
  resume(target: Target): { groups: PausedGroup[] } {
    const { topic, partition } = target;
    const groups = this.#groupsOf(target);
    const isWhole = ({ pipeline }: GroupConsumer): boolean =>
      pipeline.operatorPauses.some((paused) => paused.topic === topic && paused.partition === undefined);
    if (partition !== undefined && groups.some(isWhole)) {
      throw new ConflictException(
        `all of ${topic} is paused, not ${topic}[${partition}] alone; resume the topic`,
      );
    }
    for (const group of groups) group.pipeline.resume(topic, partition);
    return { groups: groups.map(pausedGroup) };
  }

  #groupsOf({ topic, group }: Target): GroupConsumer[] {
    const all = this.runtime.groups.filter(({ status }) => group === undefined || status.groupId === group);
    if (all.length === 0) {
      const names = this.runtime.groups.map(({ status }) => status.groupId);
      throw new NotFoundException(`no group ${group} here; there is ${listed(names)}`);
    }
    const found = all.filter((each) => each.handles(topic));
    if (found.length > 0) return found;
    const assigned = all.flatMap(({ status }) => status.assignment.map((each) => each.topic));
    throw new NotFoundException(
      `there is no handler for ${topic}${group === undefined ? '' : ` in ${group}`}; assigned to this member is ${listed(assigned)}`,
    );
  }

  /** One that this member does not have may be paused all the same: it may get it later. But it must exist. */
  async #requirePartition({ topic, partition }: Target, groups: readonly GroupConsumer[]): Promise<void> {
    if (partition === undefined) return;
    if (groups.some(({ pipeline }) => pipeline.partition({ topic, partition }))) return;
    const bounds = await this.brokers.read((reader) => reader.bounds(topic));
    if (bounds.some((each) => each.partition === partition)) return;
    throw new NotFoundException(`${topic} has no partition ${partition}; it has ${bounds.length}, from 0 on`);
  }
}

function pausedGroup({ status, pipeline }: GroupConsumer): PausedGroup {
  return {
    group: status.groupId,
    pausedByOperator: pipeline.operatorPauses,
    assigned: status.assignment.filter((each) => pipeline.isPaused(each)),
  };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : [...new Set(names)].toSorted().join(', ');
}
