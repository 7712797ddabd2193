/** What the inner loop of a nest is made of, whether it works on one element at a time or on four. */
import type { Code, Local } from './encoder.js';
import type { Layout, Tile } from './layout.js';
import type { Stream } from './nest.js';

/** What one pass does for one inner iteration. */
export interface PassCode {
  readonly step: Code;
  /** The streams whose addresses it reads. */
  readonly streams: ReadonlySet<Stream>;
  /** How many iterations are written out one after the other: a round of the loop. */
  readonly round: number;
  /** What puts right, after the pass, the few elements of a strip that are not as it takes them to be. */
  readonly mend?: Mend | undefined;
}

/** A pass over the strip that is run if any bit of `found` is set, which its own pass does. */
export interface Mend extends PassCode {
  readonly found: Local;
}

/** Memory of a strip: the iterations it has room for, its offset, and how far in it the current iteration is. */
export interface Strip {
  readonly iterations: number;
  readonly offset: number;
  readonly at: Local;
}

/** Bytes that an iteration has in a slot of the strip: four elements of 64 bits. */
export const slotBytes = 32;

/** Strips of so many iterations that are gone through in a quicker way, if what they are found to hold allows it. */
export interface Attempt {
  readonly iterations: { readonly least: number; readonly most: number };
  /** Before such a strip. */
  readonly enter: Code;
  readonly step: Code;
  /** Leaves on the stack whether it went well. */
  readonly holds: Code;
  /** Takes over what was found. */
  readonly take: Code;
  /** It did not: the strip is gone through again in the usual way, and the next one tried otherwise. */
  readonly leave: Code;
}

/** The pieces of code that a nest puts into its loops. */
export interface Inner {
  /** Before an outer iteration's inner loop: counters set, states loaded. */
  readonly enter: Code;
  /** One inner iteration: loads, stores, next states, counters moved. Several passes are loops of their own over a strip. */
  readonly passes: readonly PassCode[];
  /** Where passes leave values to each other, if there are several. */
  readonly strip: Strip | undefined;
  /** A quicker way through the loop of the last pass, where there is one. */
  readonly attempt?: Attempt | undefined;
  /** After the inner loop: states stored. */
  readonly leave: Code;
  /** Keeps the states aside, for `restore` to take back the lanes at and beyond the tail. */
  readonly save: Code;
  readonly restore: Code;
}

/** The tiles that a nest writes, after those that it reads. */
export const storeTiles = ({ outputs }: Layout): readonly Tile[] =>
  outputs.flatMap((o) => (o.kind === 'store' ? o.planes : []));
