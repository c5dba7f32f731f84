import type { Disturbance } from './checks/repeats.js';
import type { Micros } from './clock.js';
import { AFTER_MS, UNCOMMITTED_MS } from './settings.js';

/**
 * Which records may be repeated because of a fault: none; those that the killed instance had handled last; those
 * that the affected instance, or any, handles from shortly before it until all instances know of it; or
 * all.
 */
export type Repeatable =
  'nothing' | { readonly ends: string } | { readonly hits: string } | 'around' | 'everything';

/** The time in which a fault allows repeats; none if it allows no repeats. */
export function disturbanceOf(
  fault: string,
  from: Micros,
  to: Micros,
  repeatable: Repeatable,
): readonly Disturbance[] {
  if (repeatable === 'nothing') return [];
  const around = { fault, from, uncommittedFor: UNCOMMITTED_MS * 1000, to: to + AFTER_MS * 1000 };
  if (repeatable === 'around') return [around];
  if (repeatable === 'everything') return [{ ...around, from: 0 }];
  if ('ends' in repeatable) return [{ ...around, to, instance: repeatable.ends }];
  return [{ ...around, instance: repeatable.hits, overlaps: true }];
}
