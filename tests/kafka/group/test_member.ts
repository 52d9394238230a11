/** A member of a group, and what tests want to know of it. */
import { GroupMember, type GroupMemberOptions } from "../../../src/kafka/group/group_member.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { eventually, within } from "../../support/waiting.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { connectionTo, FakeTelemetry, sharedBootstrap } from "../kafka_fixture.ts";

/** How long a test waits for what takes seconds. */
export const DEADLINE_MS = 60_000;

export type TestMemberOptions = Partial<GroupMemberOptions> & { bootstrap?: string };

/** A member that leaves at the end of its scope. */
export class TestMember implements AsyncDisposable {
  readonly telemetry = new FakeTelemetry();
  readonly #member: GroupMember;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;

  constructor({ bootstrap, ...options }: TestMemberOptions) {
    this.#member = new GroupMember({
      connection: connectionTo(bootstrap ?? sharedBootstrap()),
      topic: "unset",
      group: "unset",
      createTopic: true,
      partitions: 12,
      replicationFactor: -1,
      sessionTimeoutMs: 6_000,
      whenUnreachable: "check",
      clock: systemClock,
      telemetry: this.telemetry,
      ...options,
    });
    this.#ended = this.#member.run(this.#end.signal);
  }

  /** What it may count on now. */
  get held(): number[] {
    const { partitions, leftMs } = this.#member.share;
    return leftMs > 0 ? partitions.map(([partition]) => partition) : [];
  }

  get of(): number {
    return this.#member.share.of;
  }

  /** How often it was given its partitions. */
  get joins(): number {
    return this.telemetry.value("sitemon_group_rebalances_total");
  }

  async holds(count: number): Promise<number[]> {
    return await eventually(DEADLINE_MS, `${count} partitions`, () => {
      return this.held.length === count ? this.held.sort((a, b) => a - b) : undefined;
    });
  }

  async leave(): Promise<void> {
    this.#end.abort();
    await within(10_000, "leaving", this.#ended);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }
}

/** A topic and a group that no other test has. */
export function aGroup() {
  const topic = uniqueName("topic");
  return { topic, group: `${topic}/checkers@here` };
}
