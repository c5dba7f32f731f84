import { faster, size, topicOf } from './targets.mjs';

/** What watching costs: everything that is on by default, scraped each second, against none of it. */
export const telemetry = [
  {
    name: 'telemetry',
    what: 'a handler that does nothing; ours watched and scraped each second, against ours without telemetry',
    topic: topicOf(size(1_200_000, 600_000)),
    repeat: size(9, 3),
    contenders: [{ name: 'ours', mode: 'scraped' }, { name: 'ours-bare' }],
    checks: faster({ 'ours-bare': 0.93 }),
  },
];
