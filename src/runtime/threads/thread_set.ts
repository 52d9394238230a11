/**
 * The threads of a daemon: started, changed by a reload, stopped in order.
 *
 * A reload restarts only threads whose module, permissions or set-up differ.
 */
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import type { SupervisedThread, ThreadSpec } from "./supervised_thread.ts";
import { kindOf, type Link, type Supervisor } from "./supervisor.ts";

export interface Plan {
  readonly threads: readonly ThreadSpec[];
  readonly links: readonly Link[];
  /** The order in which kinds stop, and the share of the time left that each may take. */
  readonly drain: readonly { readonly kinds: readonly string[]; readonly share: number }[];
}

/** How long a thread without `work` may take to stop before its successor starts. */
const HAND_OVER_MS = 2_000;

/** Keeps a supervisor's threads as the newest plan has them. */
export class ThreadSet {
  readonly #supervisor: Supervisor;
  readonly #clock: Clock;
  readonly #members = new Map<string, SupervisedThread>();
  #plan: Plan;
  #isDraining = false;

  /** Starts every thread of the plan. */
  constructor(plan: Plan, { supervisor, clock }: { supervisor: Supervisor; clock: Clock }) {
    this.#supervisor = supervisor;
    this.#clock = clock;
    this.#plan = plan;
    supervisor.links = plan.links;
    for (const spec of plan.threads) this.#start(spec);
  }

  /** The threads that another plan would start or restart. */
  starts(plan: Plan): ThreadSpec[] {
    return plan.threads.filter((spec) => {
      const member = this.#members.get(spec.name);
      return member === undefined || !isSameThread(member.spec, spec);
    });
  }

  /** Changes to another plan; resolves when the threads that it removes have ended. */
  async apply(plan: Plan, deadlineMs: number): Promise<void> {
    const starts = new Set(this.starts(plan));
    const names = new Set(plan.threads.map(({ name }) => name));
    this.#plan = plan;
    this.#supervisor.links = plan.links;
    const surplus = [...this.#members.values()].filter(({ name }) => !names.has(name));
    for (const { name } of surplus) this.#members.delete(name);
    for (const spec of plan.threads) {
      if (!starts.has(spec)) this.#members.get(spec.name)!.adapt(spec);
    }
    await Promise.all([
      ...surplus.map((thread) => this.#supervisor.remove(thread, deadlineMs)),
      ...[...starts].map((spec) => this.#replace(spec, deadlineMs)),
    ]);
  }

  /** Stops the threads kind by kind, in the plan's order, all within the deadline. */
  async drain(deadlineMs: number): Promise<void> {
    this.#isDraining = true;
    const endMs = this.#clock.monotonicMs() + deadlineMs;
    for (const { kinds, share } of this.#plan.drain) {
      const leftMs = Math.max(0, endMs - this.#clock.monotonicMs());
      const threads = this.#members.values().filter(({ name }) => kinds.includes(kindOf(name)));
      await Promise.all(threads.map((thread) => thread.stop(leftMs * share)));
    }
  }

  async #replace(spec: ThreadSpec, deadlineMs: number): Promise<void> {
    const old = this.#members.get(spec.name);
    if (old === undefined) return this.#start(spec);
    if (spec.work === undefined) {
      await this.#supervisor.remove(old, Math.min(HAND_OVER_MS, deadlineMs));
      return this.#start(spec);
    }
    const ended = this.#supervisor.remove(old, deadlineMs);
    this.#start(spec, this.#clock.monotonicMs());
    await ended;
  }

  #start(spec: ThreadSpec, takesOverAtMs?: number): void {
    if (this.#isDraining) return;
    this.#members.set(spec.name, this.#supervisor.start(spec, { takesOverAtMs }));
  }
}

/** True when a running thread need not be restarted to match the other spec. */
function isSameThread(a: ThreadSpec, b: ThreadSpec): boolean {
  const making = ({ module, permissions, setup }: ThreadSpec) => [module, permissions, setup];
  return isDeepStrictEqual(making(a), making(b));
}
