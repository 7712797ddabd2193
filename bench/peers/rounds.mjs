/** Workloads run by turns: every system once a round, so that a slow moment of the machine falls on all of them. */

import { median, total } from '../report/measure.mjs';
import { Child } from './child.mjs';
import { countOf, objection, verbOf } from './workloads.mjs';

const takesPart = ({ only, except }, { group }) =>
  (only === undefined || only.includes(group)) && !except?.includes(group);

/**
 * A turn is so many runs where they are short, and counts as their median. It begins with one that is not counted where that takes
 * no longer than `waking`: while others had their turns the process was asleep, its memory left the caches, and what the machine
 * takes to give it a core again it takes from whoever comes.
 */
const turns = { runs: 5, seconds: 0.6, waking: 1 };

/**
 * After the first, runs that are not counted go on for so long, as asv's do for compilers that work while a program runs:
 * V8 compiles what it finds itself doing again and again, and compiling is not counted with anybody. So many of the first
 * of them are what a `young` process takes, and told apart.
 */
const warm = { seconds: 1, young: 9 };

/** Seconds until a run is given up: the first may also make data, compile, and try several chunkings. */
const deadline = (patience) => 60 + 5 * patience;

/** What a system runs: less than the whole where it takes time in proportion to chunks and would take minutes. */
function shareOf({ mostChunks }, { group, parameter }, size) {
  const chunk = parameter?.(size);
  const whole = group !== 'W4' || mostChunks === undefined || size <= mostChunks * chunk;
  const measured = whole ? size : mostChunks * chunk;
  return { chunk, measured, times: size / measured };
}

/** A system during one workload: its process and what it has given so far. */
class Entrant {
  constructor(system, workload, size, patience) {
    this.system = system;
    this.workload = workload;
    this.share = shareOf(system, workload, size);
    this.patience = patience;
    this.fresh = workload.fresh === true && system.keeps === true;
    this.result = { seconds: [], answer: undefined, note: '' };
    if (this.share.times > 1) this.result.scaledBy = this.share.times;
    this.slow = false;
    this.isShort = false;
  }

  get over() {
    return this.result.unavailable !== undefined || this.result.error !== undefined;
  }

  async #once() {
    this.child ??= await this.#start();
    const { chunk, measured, times } = this.share;
    const run = await this.child.run(verbOf(this.workload), measured, chunk);
    return { ...run, seconds: run.seconds * times };
  }

  async #start() {
    const child = new Child(this.system, deadline(this.patience));
    this.result.version = await child.ready();
    return child;
  }

  /** Runs that are not counted, unless the first is all that patience allows. */
  async warmUp() {
    await this.#attempt(({ seconds }) => {
      this.slow = seconds / this.share.times > this.patience;
      if (this.slow) this.result.seconds.push(seconds);
    });
    const runs = [];
    while (!this.over && !this.slow && !this.fresh && total(runs) < warm.seconds) {
      await this.#attempt(({ seconds }) => runs.push(seconds));
    }
    this.isShort = runs.length > 0 && runs.at(-1) / this.share.times < turns.waking;
    if (runs.length >= warm.young) this.result.young = median(runs.slice(0, warm.young));
    if (this.fresh) await this.close();
  }

  async round() {
    if (this.over || this.slow) return;
    if (this.fresh || this.isShort) await this.#attempt(() => {});
    const turn = [];
    do await this.#attempt((run) => turn.push(run.seconds));
    while (!this.over && !this.fresh && turn.length < turns.runs && total(turn) < turns.seconds);
    if (turn.length > 0) this.result.seconds.push(median(turn));
    if (this.fresh) await this.close();
  }

  async #attempt(take) {
    if (this.over) return;
    try {
      const run = await this.#once();
      if (run.unavailable !== undefined) this.result.unavailable = run.unavailable;
      else {
        this.result.answer = run.answer;
        this.result.note = run.note;
        take(run);
      }
    } catch (error) {
      this.result.error = error.message;
      await this.close();
    }
  }

  async close() {
    await this.child?.close();
    this.child = undefined;
  }
}

const single = (system) => system.single === true;

/** Whose answers from equal data the others are held against: the first of these that has one, else the first in float64. */
const references = ['c-same', 'numpy', 'js'];

/** Marks answers that are wrong. */
function judge(workload, entrants) {
  const answered = entrants.filter((e) => e.result.answer !== undefined);
  const trusted = references.map((id) => answered.find(({ system }) => system.id === id));
  const reference = [...trusted, ...answered].find((e) => e !== undefined && !single(e.system)) ?? answered[0];
  for (const { result, system, share } of answered) {
    const wrong = objection(workload, share.measured, result.answer, reference.result.answer, single(system));
    if (wrong !== undefined) result.wrong = wrong;
  }
}

/** Runs one workload on all systems; gives by system { seconds, answer, version, note, unavailable, error, wrong }. */
export async function runWorkload(workload, systems, { scale, rounds, patience, say }) {
  const size = workload.size(scale);
  const entrants = systems
    .filter((s) => s.missing === undefined && takesPart(s, workload))
    .map((s) => new Entrant(s, workload, size, patience));
  try {
    for (const entrant of entrants) {
      say(`${workload.id}: warm-up, ${entrant.system.title}`);
      await entrant.warmUp();
    }
    for (let round = 0; round < rounds; round++) {
      for (const entrant of entrants) {
        say(`${workload.id}: round ${round + 1} of ${rounds}, ${entrant.system.title}`);
        await entrant.round();
      }
    }
  } finally {
    await Promise.all(entrants.map((entrant) => entrant.close()));
  }
  judge(workload, entrants);
  const results = Object.fromEntries(entrants.map((e) => [e.system.id, e.result]));
  return { id: workload.id, title: workload.title, size, elements: countOf(workload, size), patience, results };
}
