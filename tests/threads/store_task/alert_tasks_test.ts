import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import type { Alert, Mute } from "../../../src/status/alert_store.ts";
import { sqliteParts } from "../../../src/status/sqlite/sqlite_parts.ts";
import { answerAlertTask } from "../../../src/threads/store_task/alert_tasks.ts";
import { aMute, anAlert, ending, firing, idOf } from "../../contract/some_alerts.ts";
import { MadeStore } from "../../web/made_store.ts";

type Asked = Parameters<typeof answerAlertTask>[0];

/** Two alerts of `shop` and one of `blog`, which has ended. */
async function onStore(work: (asked: Asked) => Promise<void>): Promise<void> {
  await using made = await MadeStore.create();
  const parts = sqliteParts({ path: made.path }, { clock });
  await using store = new AsyncDisposableStack();
  const alerts = store.adopt(parts.alertStore(), (it) => it.close());
  await alerts.lead();
  const ids = [idOf(1), "abcdef01-0000-5000-8000-000000000000"];
  const blog = anAlert(3, { site: "blog" });
  await alerts.write(firing(...ids.map((id) => anAlert(1, { id, site: "shop" })), blog));
  await alerts.write(ending(blog));
  const records = store.adopt(parts.alertRecords(), (it) => it.close());
  await work({ records, queries: store.adopt(parts.queries(), (it) => it.close()) });
}

Deno.test("answerAlertTask() acknowledges what fires by its site or the beginning of its id", () =>
  onStore(async (asked) => {
    const ack = async (target: string) =>
      ((await answerAlertTask(asked, {
        ...{ type: "acknowledge", target, author: "ann", reason: "" },
      })) as Alert[]).map(({ id }) => id.slice(0, 8)).sort();
    deepStrictEqual(await ack("abcdef01"), ["abcdef01"]);
    deepStrictEqual(await ack("shop"), ["00000000", "abcdef01"]);
    for (const nothing of ["blog", "abcdef0", "shops", ""]) deepStrictEqual(await ack(nothing), []);
  }));

Deno.test("answerAlertTask() ends a mute now, and calls off one that has not begun", () =>
  onStore(async (asked) => {
    const { records } = asked;
    const soon = new Date(Date.now() + 3_600_000);
    await records.putMute(aMute("11111111-lasts"));
    await records.putMute(
      aMute("22222222-comes", { from: soon, until: new Date(soon.getTime() + 1_000) }),
    );
    const end = async (id: string) =>
      await answerAlertTask(asked, { type: "end_mute", id }) as Mute[];
    strictEqual((await end("1111111")).length, 0);
    const [lasting] = await end("11111111");
    ok(lasting!.until <= new Date() && lasting!.until > lasting!.from);
    const [coming] = await end("22222222");
    ok(coming!.until <= new Date());
    deepStrictEqual(coming!.until, coming!.from);
    deepStrictEqual(await records.mutes(new Date()), []);
  }));
