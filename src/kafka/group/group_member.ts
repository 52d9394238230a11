/**
 * A member of the group whose producers share the sites: joins, sends heartbeats, and knows which
 * partitions it holds and for how long that is certain.
 */
import { CONFIGURATION_RETRY_MS } from "../../runtime/backoff.ts";
import { elapsedMs, type Instant, instantOf, sleep } from "../../runtime/clock.ts";
import { abortable, Deadline } from "../../runtime/deadline.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { GroupConnection } from "../client/group_connection.ts";
import type { Assigned, GroupConnectionOptions, GroupPort, Joined } from "../client_port.ts";
import { KafkaError } from "../kafka_error.ts";
import { KafkaHealth } from "../kafka_health.ts";
import {
  assignPartitions,
  decodeClaim,
  decodeCount,
  encodeClaim,
  encodeCount,
} from "./assign_partitions.ts";
import { Lease } from "./lease.ts";

/** Ten heartbeats a session, and at least one a second: members learn of changes by them. */
const HEARTBEATS_A_SESSION = 10;
const HEARTBEAT_MS_MAX = 1_000;
/** A request is given up after a fifth of a session, so that a lease outlasts some of them. */
const REQUESTS_A_SESSION = 5;
/** The coordinator waits for a member for a session, and then has to answer. */
const JOIN_ANSWER_MS = 5_000;

export interface GroupMemberOptions extends GroupConnectionOptions {
  /**
   * What to do while the group cannot be asked, which looks the same whether every broker is gone or
   * only the way to them: `check`: keep what was held last, so that an outage leaves no site out.
   * `pause`: hold nothing, so that no site is checked by two.
   */
  readonly whenUnreachable: "check" | "pause";
  readonly telemetry: Telemetry;
}

/** What a member holds. */
export interface Share {
  /** Each partition, and the milliseconds for which this member has held it. */
  readonly partitions: readonly (readonly [partition: number, heldMs: number])[];
  /** How many partitions there are to share; 0 before the group has answered. */
  readonly of: number;
  /** Milliseconds for which it is certain that nobody else has them; 0: it is not. */
  readonly leftMs: number;
}

const log = logger("relay");

/**
 * Waits for outages and missing rights, and reports them to readiness. {@linkcode run} rejects only
 * for a fault of the program.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #health: KafkaHealth;
  readonly #lease: Lease;
  readonly #heartbeatMs: number;
  #connection: GroupPort | undefined;
  #hasTopic = false;
  #memberId = "";
  #generationId = 0;
  #hasJoined = false;
  #held = new Map<number, Instant>();
  #of = 0;

  constructor(options: GroupMemberOptions) {
    const { clock, sessionTimeoutMs, telemetry } = options;
    this.#options = options;
    this.#health = new KafkaHealth({ telemetry, dependency: "group" });
    this.#lease = new Lease(clock, sessionTimeoutMs);
    this.#heartbeatMs = Math.min(HEARTBEAT_MS_MAX, sessionTimeoutMs / HEARTBEATS_A_SESSION);
    this.#reportJoining();
  }

  get share(): Share {
    const { clock } = this.#options;
    const partitions = [...this.#held].map(([partition, since]) =>
      [partition, elapsedMs(since, clock)] as const
    );
    return { partitions, of: this.#of, leftMs: this.#lease.leftMs };
  }

  /** A member until the signal aborts; then it holds nothing, and leaves within two seconds. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await sleep(this.#options.clock, await this.#turn(signal), signal);
      }
    } finally {
      this.#release();
      // A request may be under way on the former connection, and leaving would wait behind it.
      this.#disconnect();
      using connection = new GroupConnection(this.#options);
      if (this.#memberId !== "") await connection.leave(this.#memberId);
    }
  }

  /** Asks the group once; resolves to how long to wait before it is asked again. */
  async #turn(signal: AbortSignal): Promise<number> {
    const { clock, sessionTimeoutMs } = this.#options;
    const asked = instantOf(clock);
    const isJoining = !this.#hasJoined;
    try {
      if (isJoining) {
        const joinMs = sessionTimeoutMs + JOIN_ANSWER_MS;
        this.#hold(await this.#ask((connection) => this.#join(connection), joinMs, signal));
      } else {
        const beat = (connection: GroupPort) =>
          connection.heartbeat(this.#memberId, this.#generationId);
        await this.#ask(beat, sessionTimeoutMs / REQUESTS_A_SESSION, signal);
      }
      this.#lease.renew(asked);
      this.#health.reportOk();
      // The lease counts from when the join was sent, maybe long ago; a heartbeat renews it.
      return isJoining ? 0 : this.#heartbeatMs;
    } catch (error) {
      return signal.aborted ? 0 : this.#afterFailure(error, asked);
    }
  }

  #afterFailure(error: unknown, asked: Instant): number {
    if (!(error instanceof KafkaError)) throw error;
    switch (error.code) {
      case "REBALANCE_IN_PROGRESS":
        // The group knows this member, and waits for it to join again: it keeps what it held.
        this.#lease.renew(asked);
        this.#hasJoined = false;
        return 0;
      case "UNKNOWN_MEMBER_ID":
      case "ILLEGAL_GENERATION":
        if (error.code === "UNKNOWN_MEMBER_ID") this.#memberId = "";
        log.warn('removed from group "{group}"; rejoining', { group: this.#options.group });
        this.#release();
        this.#reportJoining();
        return this.#heartbeatMs;
    }
    this.#disconnect();
    this.#health.reportFailure(error);
    if (error.failure === "topic_missing") this.#hasTopic = false;
    if (!error.isTemporary) return CONFIGURATION_RETRY_MS;
    if (this.#options.whenUnreachable === "check") this.#lease.extend(asked);
    return this.#heartbeatMs;
  }

  /** Takes a moment, or a session when the group waits for a member that is gone. */
  async #join(connection: GroupPort): Promise<Assigned | undefined> {
    if (!this.#hasTopic) await connection.ensureTopic();
    this.#hasTopic = true;
    const claim = { generation: this.#generationId, partitions: [...this.#held.keys()] };
    const joined = await connection.join(this.#memberId, encodeClaim(claim));
    this.#memberId = joined.memberId;
    const isLeader = joined.leaderId === joined.memberId;
    const assignments = isLeader ? await this.#assign(connection, joined) : new Map();
    const assigned = await connection.sync(joined, assignments);
    this.#generationId = joined.generationId;
    return assigned;
  }

  async #assign(connection: GroupPort, { members }: Joined): Promise<Map<string, Assigned>> {
    const of = await connection.countPartitions();
    const claims = members.map(({ memberId, userData }) => decodeClaim(memberId, userData));
    const userData = encodeCount(of);
    const assigned = assignPartitions(claims, of);
    return new Map([...assigned].map(([id, partitions]) => [id, { partitions, userData }]));
  }

  /** A leader that does not know this member assigns it nothing. */
  #hold({ partitions, userData }: Assigned = { partitions: [], userData: "" }): void {
    const { clock, group, telemetry } = this.#options;
    const of = decodeCount(userData);
    const now = instantOf(clock);
    const before = of === this.#of ? this.#held : new Map<number, Instant>();
    this.#held = new Map(partitions.map((partition) => [partition, before.get(partition) ?? now]));
    this.#of = of;
    this.#hasJoined = true;
    telemetry.count("sitemon_group_rebalances_total");
    telemetry.set("sitemon_group_partitions", partitions.length);
    const [count, names] = [partitions.length, partitions.join(", ") || "none"];
    const message = 'assigned {count} of {of} partitions in group "{group}": {partitions}';
    log.info(message, { count, of, group, partitions: names });
  }

  #release(): void {
    this.#lease.end();
    this.#held.clear();
    this.#hasJoined = false;
    this.#options.telemetry.set("sitemon_group_partitions", 0);
  }

  #reportJoining(): void {
    this.#options.telemetry.dependency("group", {
      ok: false,
      reason: "joining",
      detail: `waiting for group "${this.#options.group}" to assign sites`,
    });
  }

  /** Ends the wait at the deadline or with the signal, whatever the client does. */
  async #ask<T>(
    request: (connection: GroupPort) => Promise<T>,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<T> {
    const connection = this.#connection ??= new GroupConnection(this.#options);
    using deadline = new Deadline(this.#options.clock, deadlineMs, signal);
    try {
      return await abortable(request(connection), deadline.signal);
    } catch (error) {
      if (!deadline.isExpired) throw error;
      throw new KafkaError("timeout", `no answer from the group within ${deadlineMs} ms`);
    }
  }

  #disconnect(): void {
    this.#connection?.[Symbol.dispose]();
    this.#connection = undefined;
  }
}
