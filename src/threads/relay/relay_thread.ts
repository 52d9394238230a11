/**
 * The relay thread: takes rows from the outbox thread and publishes them to Kafka, and is the
 * producer's member of its group, if it has one.
 */
import { GroupMember, type GroupMemberOptions } from "../../kafka/group/group_member.ts";
import { OutboxClient } from "../../outbox/thread/outbox_client.ts";
import { Relay, STEP_MS_MAX } from "../../outbox/relay.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import { openTracer } from "../../runtime/telemetry/tracer.ts";
import { openPublisher, type PublisherSetup } from "./open_publisher.ts";
import type { ShareAnswer, ShareQuestion } from "../../scanner/schedule/site_share.ts";

export type RelaySetup = PublisherSetup & {
  /** Makes spans for OpenTelemetry. */
  readonly isTraced: boolean;
  /** The group of producers that share the sites; this one checks them all when absent. */
  readonly member?: Omit<GroupMemberOptions, "clock" | "telemetry">;
};

serveThread<RelaySetup>({
  onUncaught: "fail",
  progressMaxMs: STEP_MS_MAX,
  async start({ isTraced, ...setup }, { telemetry, progress, fail }) {
    const tracer = await openTracer(isTraced);
    const source = new OutboxClient();
    const parts = { notes: source, clock, telemetry, ...(tracer && { tracer }) };
    const publisher = openPublisher(setup, parts);
    const options = { source, publisher, clock, telemetry, onStep: progress };
    const relay = new Relay({ ...options, dependency: "kafka" });
    const member = setup.member && new GroupMember({ ...setup.member, clock, telemetry });
    const stopping = new AbortController();
    const ran = relay.run(stopping.signal).catch(fail);
    const tookPart = member?.run(stopping.signal).catch(fail);
    return {
      link(role, port) {
        if (role !== "scanner") return source.connect(port);
        if (member === undefined) return;
        port.onmessage = ({ data: { asked } }: MessageEvent<ShareQuestion>) =>
          port.postMessage({ asked, ...member.share } satisfies ShareAnswer);
      },
      async stop(deadlineMs) {
        using limit = new Deadline(clock, deadlineMs);
        stopping.abort();
        const end = new AbortController();
        const stalled = relay.stalled(AbortSignal.any([limit.signal, end.signal]));
        // First, since other producers wait for the sites.
        await tookPart;
        const flushed = ran.then(() => relay.flush(end.signal)).finally(() => end.abort());
        await Promise.race([flushed, stalled]);
        end.abort();
        // Ends a batch that is still waiting for its answer.
        await publisher.close();
        await flushed;
        source.close();
      },
    };
  },
});
