/** What people ask and say about alerts, as tasks of a store. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { matchesSite } from "../../runtime/matches_site.ts";
import {
  type Alert,
  type AlertFilter,
  type AlertRecords,
  type ChannelState,
  type KeptMessage,
  type Mute,
  SHOWN_ID_LENGTH,
} from "../../status/alert_store.ts";
import type { StatusQueries } from "../../status/queries.ts";

/** Each with what the thread answers. */
export type AlertTask =
  /** One MessageSums. */
  | { readonly type: "alert_sums" }
  /** {@linkcode KeptAlerts}. */
  | { readonly type: "alerts"; readonly filter: AlertFilter }
  /** The open alerts of a site, or with an id that begins so, that are now acknowledged. */
  | {
    readonly type: "acknowledge";
    readonly target: string;
    readonly author: string;
    readonly reason: string;
  }
  /** Mutes that ended after `since`, last, or are to come. */
  | { readonly type: "mutes"; readonly since: Date }
  /** The names of known sites that it is about; null when there are too many already. */
  | { readonly type: "put_mute"; readonly mute: Mute }
  /** The mutes whose ids begin so, which now have ended. */
  | { readonly type: "end_mute"; readonly id: string };

export interface KeptAlerts {
  /** The newest first. */
  readonly alerts: readonly Alert[];
  /** By alert. */
  readonly messages: readonly (readonly KeptMessage[])[];
  readonly channels: readonly ChannelState[];
}

/** As many as a person can be about to acknowledge. */
export const OPEN_ALERTS_MAX = 10_000;

/** What a task answers. */
export async function answerAlertTask(
  { records, queries }: {
    readonly records: AlertRecords;
    readonly queries: Pick<StatusQueries, "statuses">;
  },
  task: AlertTask,
): Promise<unknown> {
  switch (task.type) {
    case "alert_sums":
      return await records.sums();
    case "alerts":
      return await keptAlerts(records, task.filter);
    case "acknowledge":
      return await acknowledge(records, task);
    case "mutes":
      return await records.mutes(task.since);
    case "put_mute":
      return await records.putMute(task.mute) ? await sitesOf(queries, task.mute) : null;
    case "end_mute":
      return await endMute(records, task.id);
  }
}

async function keptAlerts(records: AlertRecords, filter: AlertFilter): Promise<KeptAlerts> {
  const alerts = await records.alerts(filter);
  const found = Map.groupBy(
    await records.messages(alerts.map(({ id }) => id)),
    ({ alert_id }) => alert_id,
  );
  const messages = alerts.map(({ id }) => found.get(id) ?? []);
  return { alerts, messages, channels: await records.channels() };
}

async function sitesOf(queries: Pick<StatusQueries, "statuses">, mute: Mute): Promise<string[]> {
  const matching = (await queries.statuses()).filter((status) => matchesSite(mute, status));
  return [...new Set(matching.map(({ site }) => site))];
}

async function acknowledge(
  records: AlertRecords,
  { target, author, reason }: { target: string; author: string; reason: string },
): Promise<readonly Alert[]> {
  const open = await records.alerts({ isOpen: true, limit: OPEN_ALERTS_MAX });
  const meant = open.filter(({ id, site }) => site === target || isIdOf(id, target));
  const acknowledged: Alert[] = [];
  for (const { id } of meant) acknowledged.push(...await records.acknowledge(id, author, reason));
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
