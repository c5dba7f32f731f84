import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { DEFAULT_FETCH_LIMITS } from '../../src/client/kafkajs/fetch-limits.js';
import { decodeFetchResponse } from '../../src/client/kafkajs/patches/fetch/fetch-decoder.js';
import { responseBytes } from '../../src/client/protocol/testing/log-bytes.js';
import type { Bomb } from './bombs.js';
import { BrokenRuleError, check, demand, type Known, TURN_MS } from './check.js';
import { committedAfter } from './committing.js';
import { mutate } from './mutations.js';
import { Random } from './random.js';
import { soundLog } from './sound-logs.js';
import { longestTurnMs, threadCpuMs } from './turns.js';

/** Reads a response: the project's own reader, or one with a planted defect. */
export type Decode = typeof decodeFetchResponse;

export interface FuzzOptions {
  readonly seed: number;
  readonly cases: number;
  readonly decode?: Decode;
  /** Expensive cases that are read between the others; each takes as much time as hundreds of them. */
  readonly bombs: readonly Bomb[];
  /** Called periodically with the number of finished cases. */
  readonly progress?: (done: number) => void;
}

/** A case that violated a rule. */
export interface Finding {
  readonly seed: number;
  /** Counted from 0; the case depends only on the seed and this number. */
  readonly at: number;
  readonly what: string;
  readonly broken: string;
  readonly answer: string;
}

export interface FuzzResult {
  readonly findings: readonly Finding[];
  readonly unreadable: number;
  readonly records: number;
  readonly longestTurnMs: number;
  readonly peakBytes: number;
}

interface Case {
  readonly what: string;
  readonly answer: Buffer;
  readonly known: Known;
  /** Whether bytes of the response outside of the log were changed too; then an error is a valid result. */
  readonly isResponseChanged: boolean;
}

const TOPIC = 'orders';
const PARTITION = 3;
/** Maximum uncompressed size of a batch. */
const LIMIT_BYTES = 8_388_608;
const LIMITS = { ...DEFAULT_FETCH_LIMITS, maxBatchBytes: LIMIT_BYTES };
/** Memory in addition to the response itself: two batches at the limit and their sources. */
const MEMORY_BYTES = 12 * LIMIT_BYTES;
const BOMB_EVERY = 20_000;
/** Number of cases whose memory is measured: measuring takes longer than reading most responses. */
const MEASURED_CASES = 50;
const COMMIT_EVERY = 25;
const MAX_FINDINGS = 20;

/** Reads mutations of valid responses and collects those that violate a rule. */
export async function fuzz({
  seed,
  cases,
  decode = decodeFetchResponse,
  bombs,
  progress,
}: FuzzOptions): Promise<FuzzResult> {
  const findings: Finding[] = [];
  const tally = { unreadable: 0, records: 0, longestTurnMs: 0, peakBytes: 0 };
  for (let at = 0; at < cases && findings.length < MAX_FINDINGS; at++) {
    const each = await caseAt(seed, at, bombs);
    try {
      await run(each, at, decode, tally);
    } catch (error) {
      if (!(error instanceof BrokenRuleError)) throw error;
      const answer = each.answer.length > 4_096 ? '' : each.answer.toString('base64');
      findings.push({ seed, at, what: each.what, broken: error.message, answer });
    }
    if (at % 10_000 === 0) progress?.(at);
  }
  return { findings, ...tally };
}

async function caseAt(seed: number, at: number, bombs: readonly Bomb[]): Promise<Case> {
  const random = new Random(Math.imul(seed + 1, 0x9e3779b1) ^ at);
  const bomb = bombs[at % BOMB_EVERY];
  if (bomb) return caseOf(bomb.what, bomb.log, 0n, undefined);
  const sound = await soundLog(random);
  const { log, kind, what } = await mutate(random, sound.batches);
  const expected = kind === 'checked' ? sound.batches.flatMap((batch) => batch.expected) : undefined;
  const asked = random.chance(0.3)
    ? sound.start + BigInt(random.below(Number(sound.end - sound.start) + 1))
    : sound.start;
  // A broker returns nothing beyond the end of the log.
  const mutated = caseOf(what, log, asked < sound.end ? asked : sound.start, expected, sound);
  if (!random.chance(0.02)) return mutated;
  const answer = Buffer.from(mutated.answer);
  for (let left = 3; left > 0; left--) answer[random.below(answer.length)] = random.below(256);
  return { ...mutated, answer, what: 'bytes of the answer are changed', isResponseChanged: true };
}

function caseOf(
  what: string,
  log: Buffer,
  asked: bigint,
  expected: Known['expected'],
  { aborted, end }: Pick<Awaited<ReturnType<typeof soundLog>>, 'aborted' | 'end'> = {
    aborted: [],
    end: 2n ** 40n,
  },
): Case {
  const answer = responseBytes(TOPIC, [{ partition: PARTITION, log, highWatermark: end, aborted }]);
  return { what, answer, known: { partition: PARTITION, log, asked, expected }, isResponseChanged: false };
}

interface Tally {
  unreadable: number;
  records: number;
  longestTurnMs: number;
  peakBytes: number;
}

async function run(each: Case, at: number, decode: Decode, tally: Tally): Promise<void> {
  const { answer, known } = each;
  const partitions = [{ partition: PARTITION, fetchOffset: String(known.asked) }];
  const requested = [{ topic: TOPIC, partitions }];
  const read = (): Promise<FetchResponse> => decode(answer, requested, LIMITS);
  const allowedMs = TURN_MS * Math.max(1, answer.length / 1_048_576);
  const before = threadCpuMs();
  const isMeasured = at % BOMB_EVERY < MEASURED_CASES;
  const bytesBefore = isMeasured ? memoryBytes() : 0;
  const response = await outcome(read, each.isResponseChanged);
  const tookMs = threadCpuMs() - before;
  if (isMeasured) {
    const bytes = memoryBytes() - bytesBefore;
    tally.peakBytes = Math.max(tally.peakBytes, bytes);
    demand(bytes <= MEMORY_BYTES, `it took ${bytes} bytes`);
  }
  // If the total is below the limit, no single turn can exceed it.
  if (tookMs > allowedMs) await checkTurns(read, each, allowedMs, tally);
  else tally.longestTurnMs = Math.max(tally.longestTurnMs, tookMs);
  if (each.isResponseChanged || !response) return;
  demand(response.responses.length === 1 && response.responses[0]?.topicName === TOPIC, 'the topic is lost');
  const partition = response.responses[0]?.partitions[0];
  demand(partition?.partition === PARTITION, 'the partition is lost');
  const packed = check(TOPIC, known, partition?.messages ?? []);
  if (!packed) {
    tally.unreadable++;
    return;
  }
  tally.records += packed.records.length;
  if (at % COMMIT_EVERY !== 0) return;
  const committed = await committedAfter(known.asked, packed);
  demand(
    committed === BigInt(packed.offset) + 1n,
    `${committed} is committed, and ${packed.offset} was the last`,
  );
}

async function outcome(
  read: () => Promise<FetchResponse>,
  mayFail: boolean,
): Promise<FetchResponse | undefined> {
  try {
    return await read();
  } catch (error) {
    // By name, since jest has its own RangeError.
    if (mayFail && String(error).startsWith('RangeError')) return undefined;
    throw new BrokenRuleError(`reading it throws ${String(error)}`);
  }
}

/** Reads it again, alone, and takes the minimum of several runs: garbage collection and compilation cost time too. */
async function checkTurns(
  read: () => Promise<unknown>,
  each: Case,
  allowedMs: number,
  tally: Tally,
): Promise<void> {
  let least = Infinity;
  for (let left = 7; left > 0 && least > allowedMs; left--) {
    least = Math.min(
      least,
      await longestTurnMs(() => outcome(async () => read() as Promise<FetchResponse>, true)),
    );
  }
  tally.longestTurnMs = Math.max(tally.longestTurnMs, least);
  demand(least <= allowedMs, `a turn of ${Math.round(least)} ms for ${each.answer.length} bytes`);
}

function memoryBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
