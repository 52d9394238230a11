/** What people ask and say about alerts, as tasks of a store. */
import { systemClock as clock } from "../../runtime/clock.ts";
import {
  type Alert,
  type AlertFilter,
  type AlertRecords,
  type ChannelState,
  type KeptMessage,
  type Mute,
  SHOWN_ID_LENGTH,
} from "../../status/alert_store.ts";

/** Each with what the thread answers. */
export type AlertTask =
  /** One MessageSums. */
  | { readonly type: "alert_sums" }
  /** {@linkcode KeptAlerts}. */
  | { readonly type: "alerts"; readonly filter: AlertFilter; readonly withMessages: boolean }
  /** The open alerts of a site, or with an id that begins so, that are now acknowledged. */
  | {
    readonly type: "acknowledge";
    readonly target: string;
    readonly author: string;
    readonly comment: string;
  }
  /** Mutes that ended after `since`, last, or are to come. */
  | { readonly type: "mutes"; readonly since: Date }
  /** "put". */
  | { readonly type: "put_mute"; readonly mute: Mute }
  /** The mutes whose ids begin so, which now have ended. */
  | { readonly type: "end_mute"; readonly id: string };

export interface KeptAlerts {
  /** The newest first. */
  readonly alerts: readonly Alert[];
  /** By alert, when they were asked for. */
  readonly messages: readonly (readonly KeptMessage[])[];
  readonly channels: readonly ChannelState[];
}

/** As many as a person can be about to acknowledge. */
export const OPEN_ALERTS_MAX = 10_000;

/** What a task answers. */
export async function answerAlertTask(records: AlertRecords, task: AlertTask): Promise<unknown> {
  switch (task.type) {
    case "alert_sums":
      return await records.sums();
    case "alerts":
      return await keptAlerts(records, task);
    case "acknowledge":
      return await acknowledge(records, task);
    case "mutes":
      return await records.mutes(task.since);
    case "put_mute":
      await records.putMute(task.mute);
      return "put";
    case "end_mute":
      return await endMute(records, task.id);
  }
}

async function keptAlerts(
  records: AlertRecords,
  { filter, withMessages }: Extract<AlertTask, { type: "alerts" }>,
): Promise<KeptAlerts> {
  const alerts = await records.alerts(filter);
  const messages: (readonly KeptMessage[])[] = [];
  for (const { id } of withMessages ? alerts : []) messages.push(await records.messages(id));
  return { alerts, messages, channels: await records.channels() };
}

async function acknowledge(
  records: AlertRecords,
  { target, author, comment }: { target: string; author: string; comment: string },
): Promise<readonly Alert[]> {
  const open = await records.alerts({ isOpen: true, limit: OPEN_ALERTS_MAX });
  const meant = open.filter(({ id, site }) => site === target || isIdOf(id, target));
  const acknowledged: Alert[] = [];
  for (const { id } of meant) acknowledged.push(...await records.acknowledge(id, author, comment));
  return acknowledged;
}

async function endMute(records: AlertRecords, id: string): Promise<readonly Mute[]> {
  const now = new Date(clock.nowMicros() / 1_000);
  const meant = (await records.mutes(now)).filter((mute) => isIdOf(mute.id, id));
  // One that has not begun was none.
  const ended = meant.map((mute) => ({
    ...mute,
    from: mute.from < now ? mute.from : now,
    until: now,
  }));
  for (const mute of ended) await records.putMute(mute);
  return ended;
}

/** True for an id, or as much of it as tables show. */
function isIdOf(id: string, text: string): boolean {
  return text.length >= SHOWN_ID_LENGTH && id.startsWith(text);
}
