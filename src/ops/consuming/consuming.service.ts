import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import type { TopicPartition } from '../../pipeline/index.js';
import { type GroupConsumer, KafkaRuntime } from '../../transport/index.js';
import { BrokerSession } from '../broker-session.js';

/** What to pause or resume. */
export interface Target {
  readonly topic: string;
  readonly partition?: number | undefined;
  readonly group?: string | undefined;
}

/** The paused topics and partitions of one group. */
export interface PausedGroup {
  readonly group: string;
  /** Everything that operators have paused in the group. */
  readonly pausedByOperator: readonly { readonly topic: string; readonly partition?: number }[];
  /** Paused partitions that are assigned to this member. */
  readonly assigned: readonly TopicPartition[];
}

/** Pauses and resumes topics or partitions in this process. */
@Injectable()
export class ConsumingService {
  constructor(
    private readonly runtime: KafkaRuntime,
    private readonly brokers: BrokerSession,
  ) {}

  /** @throws NotFoundException if no handler consumes the topic, or the partition does not exist */
  async pause(target: Target): Promise<{ groups: PausedGroup[] }> {
    const groups = this.#groupsOf(target);
    await this.#requirePartition(target, groups);
    for (const group of groups) group.pipeline.pause(target.topic, target.partition);
    return { groups: groups.map(pausedGroup) };
  }

  /**
   * @throws NotFoundException if no handler consumes the topic
   * @throws ConflictException if one partition is to be resumed of a topic that is paused as a whole
   */
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

  /** A partition of another member may be paused too, since it may be assigned to this one later; but it must exist. */
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
