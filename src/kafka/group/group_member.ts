/**
 * A member of the group whose producers share the sites: joins, says that it lives, and knows which
 * partitions it holds and for how long that is certain.
 */
import { PublishError } from "../../outbox/publisher.ts";
import { sleep } from "../../runtime/clock.ts";
import { elapsedMs, type Instant, instantOf } from "../../runtime/instant.ts";
import { abortable, Deadline } from "../../runtime/deadline.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { closeWithin } from "../client/close_within.ts";
import { isFromKafka, protocolError } from "../client/errors.ts";
import { GroupConnection, type GroupConnectionOptions, type Joined } from "./group_connection.ts";
import { decodeClaim, decodeGiven, encodeClaim, encodeGiven } from "./group_message.ts";
import { KafkaHealth } from "../health.ts";
import { KafkaLog } from "../client/kafka_log.ts";
import { Lease } from "./lease.ts";
import { CONFIGURATION_RETRY_MS } from "../../runtime/backoff.ts";
import { shareOut } from "./share_out.ts";

/** Heartbeats come ten times a session, and once a second at least: by them members hear of changes. */
const HEARTBEATS_A_SESSION = 10;
const HEARTBEAT_MS_MAX = 1_000;
/** A question is given up after a fifth of a session, so that a lease outlasts some of them. */
const QUESTIONS_A_SESSION = 5;
/** The coordinator waits for a member for a session, and then has to answer. */
const JOIN_ANSWER_MS = 5_000;

export interface GroupMemberOptions extends Omit<GroupConnectionOptions, "log"> {
  /**
   * What holds while the group cannot be asked, which looks the same whether every broker is gone or
   * only the way to them: `check`: what was held last is held on, so that an outage leaves no site
   * out. `pause`: nothing is, so that no site is checked by two.
   */
  readonly whenUnreachable: "check" | "pause";
  readonly telemetry: Telemetry;
}

/** What a member holds. */
export interface Share {
  /** Each partition, and the milliseconds for which this member has held it. */
  readonly partitions: readonly (readonly [partition: number, heldMs: number])[];
  /** How many partitions there are to share; 0 when the group has not told yet. */
  readonly of: number;
  /** Milliseconds for which it is certain that nobody else was given them; 0: it is not. */
  readonly leftMs: number;
}

const log = logger("relay");

/**
 * Outages and missing rights are waited for, and told to readiness. {@linkcode run} rejects only for
 * a fault of the program.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #log: KafkaLog;
  readonly #health: KafkaHealth;
  readonly #lease: Lease;
  readonly #heartbeatMs: number;
  readonly #questionMs: number;
  #connection: GroupConnection | undefined;
  #hasTopic = false;
  #memberId = "";
  #generationId = 0;
  #hasJoined = false;
  #held = new Map<number, Instant>();
  #of = 0;

  constructor(options: GroupMemberOptions) {
    const { clock, sessionTimeoutMs, telemetry } = options;
    this.#options = options;
    this.#log = new KafkaLog(options);
    this.#health = new KafkaHealth({ clock, telemetry, dependency: "group", log });
    this.#lease = new Lease(clock, sessionTimeoutMs);
    this.#heartbeatMs = Math.min(HEARTBEAT_MS_MAX, sessionTimeoutMs / HEARTBEATS_A_SESSION);
    this.#questionMs = sessionTimeoutMs / QUESTIONS_A_SESSION;
    this.#tellJoining();
  }

  /** What is held now. */
  get share(): Share {
    const { clock } = this.#options;
    const partitions = [...this.#held].map(([partition, since]) =>
      [partition, elapsedMs(since, clock)] as const
    );
    return { partitions, of: this.#of, leftMs: this.#lease.leftMs };
  }

  /** Takes part until the signal aborts; then it holds nothing, and leaves within two seconds. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await sleep(this.#options.clock, await this.#turn(signal), signal);
      }
    } finally {
      this.#forfeit();
      // A request may be under way on the former connection, and others would wait behind it.
      this.#disconnect();
      await closeWithin(this.#options.clock, () => this.#leave());
      this.#disconnect();
    }
  }

  /** Asks the group once; resolves to how long to wait before it is asked again. */
  async #turn(signal: AbortSignal): Promise<number> {
    const asked = instantOf(this.#options.clock);
    try {
      const pauseMs = this.#hasJoined ? await this.#heartbeat(signal) : await this.#join(signal);
      this.#lease.renew(asked);
      this.#health.tellWorking();
      return pauseMs;
    } catch (error) {
      return signal.aborted ? 0 : this.#afterFailure(error, asked);
    }
  }

  #afterFailure(error: unknown, asked: Instant): number {
    switch (protocolError(error)) {
      case "REBALANCE_IN_PROGRESS":
        // It knows this member, and waits for it to join again: what it held is still its own.
        this.#lease.renew(asked);
        this.#hasJoined = false;
        return 0;
      case "UNKNOWN_MEMBER_ID":
        this.#memberId = "";
        this.#loseShare();
        return this.#heartbeatMs;
      case "ILLEGAL_GENERATION":
        this.#loseShare();
        return this.#heartbeatMs;
    }
    if (!isFromKafka(error)) throw error;
    this.#disconnect();
    const { isTemporary, failure } = this.#health.tellFailing(error);
    if (failure === "topic_missing") this.#hasTopic = false;
    if (!isTemporary) return CONFIGURATION_RETRY_MS;
    if (this.#options.whenUnreachable === "check") this.#lease.extend(asked);
    return this.#heartbeatMs;
  }

  async #heartbeat(signal: AbortSignal): Promise<number> {
    const member = { memberId: this.#memberId, generationId: this.#generationId };
    await this.#ask((connection) => connection.heartbeat(member), this.#questionMs, signal);
    return this.#heartbeatMs;
  }

  /** Takes a moment, or a session when the group waits for a member that is gone. */
  async #join(signal: AbortSignal): Promise<number> {
    const { topic, sessionTimeoutMs } = this.#options;
    const claim = { generation: this.#generationId, partitions: [...this.#held.keys()] };
    const given = await this.#ask(
      async (connection) => {
        if (!this.#hasTopic) await connection.findTopic();
        this.#hasTopic = true;
        const joined = await connection.join(this.#memberId, encodeClaim(topic, claim));
        this.#memberId = joined.memberId;
        const assignments = await this.#assignments(connection, joined);
        const assignment = await connection.sync(joined, assignments);
        this.#generationId = joined.generationId;
        return decodeGiven(topic, assignment);
      },
      sessionTimeoutMs + JOIN_ANSWER_MS,
      signal,
    );
    this.#hold(given.partitions, given.of);
    // The question is as old as the join was long; a heartbeat is a young one.
    return 0;
  }

  /** The leader's part, for whom it is to say who gets what. */
  async #assignments(connection: GroupConnection, { memberId, leaderId, members }: Joined) {
    if (memberId !== leaderId) return [];
    const of = await connection.countPartitions();
    const claims = members.map((member) => decodeClaim(member.memberId, member.memberMetadata));
    return [...shareOut(claims, of)].map(([memberId, partitions]) => ({
      memberId,
      memberAssignment: encodeGiven(this.#options.topic, { partitions, of }),
    }));
  }

  #hold(partitions: readonly number[], of: number): void {
    const { clock, group, telemetry } = this.#options;
    const now = instantOf(clock);
    const before = of === this.#of ? this.#held : new Map<number, Instant>();
    this.#held = new Map(partitions.map((partition) => [partition, before.get(partition) ?? now]));
    this.#of = of;
    this.#hasJoined = true;
    telemetry.count("sitemon_group_rebalances_total");
    telemetry.set("sitemon_group_partitions", partitions.length);
    log.info("Holds {count} of {of} partitions in group {group}: {partitions}", {
      count: partitions.length,
      of,
      group,
      partitions: partitions.join(", ") || "none",
    });
  }

  #forfeit(): void {
    this.#lease.end();
    this.#held.clear();
    this.#hasJoined = false;
    this.#options.telemetry.set("sitemon_group_partitions", 0);
  }

  #loseShare(): void {
    log.warn("Group {group} gave this producer up and shares out its sites; it joins again", {
      group: this.#options.group,
    });
    this.#forfeit();
    this.#tellJoining();
  }

  #tellJoining(): void {
    this.#options.telemetry.dependency("group", {
      ok: false,
      reason: "joining",
      detail: "Cannot check sites as the group must say which are this producer's: " +
        "it has not yet",
    });
  }

  /** Ends the wait at the deadline or with the signal, whatever kafkajs does. */
  async #ask<T>(
    question: (connection: GroupConnection) => Promise<T>,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<T> {
    const connection = this.#connect();
    using deadline = new Deadline(this.#options.clock, deadlineMs, signal);
    try {
      return await abortable(question(connection), deadline.signal);
    } catch (error) {
      throw deadline.isExpired ? silent(deadlineMs) : error;
    }
  }

  /** The others need not wait for its session to end. */
  async #leave(): Promise<void> {
    if (this.#memberId !== "") await this.#connect().leave(this.#memberId);
  }

  #connect(): GroupConnection {
    return this.#connection ??= new GroupConnection({ ...this.#options, log: this.#log });
  }

  #disconnect(): void {
    this.#connection?.[Symbol.dispose]();
    this.#connection = undefined;
  }
}

function silent(deadlineMs: number): PublishError {
  return new PublishError(
    "timeout",
    `Cannot ask the group as its coordinator must answer within ${deadlineMs} ms: it did not`,
  );
}
