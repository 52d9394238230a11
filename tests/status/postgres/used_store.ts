/** What a store's parts do and answer in a service's life, to compare stores that must not differ. */
import type { OpenedStore } from "../../contract/opened_store.ts";
import { aDeadLetter, chunk, DAY, FULL_REPORT } from "../../contract/site_reports.ts";

const RETENTION_MS = 35 * 86_400_000;
const SITE = { site: "shop", location: "default" };

/** Uses each part of an empty store, and resolves to everything that it answered and kept. */
export async function useStore(opened: OpenedStore) {
  const { parts, store, maintenance, queries, deadLetters } = opened;
  const midnight = Math.floor(Date.now() / 86_400_000) * DAY;
  const reports = [50, 40, 2, 1].map((days, index) => {
    const at = midnight - days * DAY;
    return { ...FULL_REPORT, ...SITE, sequence: index + 1, checked_at: at, recorded_at: at };
  });
  const letter = aDeadLetter({ key: null, value: Uint8Array.of(0, 92, 255), detail: "日本 \\ '" });
  const { cursor } = await queries.changesSince(undefined);
  const applied = await store.apply(chunk([...reports, FULL_REPORT], { deadLetters: [letter] }));
  const repeated = await store.apply(chunk(reports, { deadLetters: [letter] }));
  await maintenance.prepare(RETENTION_MS);
  const purged = await maintenance.purge(new AbortController().signal);
  const answers = {
    applied,
    repeated,
    purged,
    uptimes: (await queries.uptimes()).length,
    // Without today, which is as long as it has lasted.
    days: (await queries.daily([SITE], 3))[0]!.days.slice(0, -1),
    history: await queries.history(SITE, { transitionDays: 400, latencyDays: 90 }),
    letters: (await deadLetters.read({ limit: 9, valueBytesMax: 99 })).map((
      { key, value },
    ) => [key, value && [...value]]),
    audited: await parts.audit((reader) => reader.besideHistory()),
    tables: withoutReceipt(await opened.tables()),
    forgotten: await maintenance.forget("shop"),
  };
  const { statuses, removed } = await queries.changesSince(cursor);
  return { ...answers, statuses, removed };
}

/** Dead letters without the store's own times. */
function withoutReceipt(tables: Awaited<ReturnType<OpenedStore["tables"]>>) {
  const dead_letter = tables.dead_letter.map((row) => ({ ...row, received_at: 0 }));
  return { ...tables, dead_letter };
}
