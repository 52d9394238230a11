import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { Hono } from "hono";
import { ETAGS_MAX, KeptAnswers } from "../../../src/web/api/kept_answer.ts";
import { MadeStore } from "../made_store.ts";

Deno.test("KeptAnswers makes nothing for a client that has what holds", async () => {
  const kept = new KeptAnswers();
  let made = 0;
  let holds = "1";
  const app = new Hono();
  app.get("*", (context) => kept.answer(context, holds, () => `[${++made > 0}]`));
  const ask = async (path: string, etag?: string) => {
    const response = await app.request(path, { headers: etag ? { "if-none-match": etag } : {} });
    return {
      status: response.status,
      etag: response.headers.get("etag")!,
      text: await response.text(),
    };
  };
  const { etag } = await ask("/a");
  for (const given of [etag, `"x", W/${etag}`]) strictEqual((await ask("/a", given)).status, 304);
  deepStrictEqual([(await ask("/a", '"x"')).status, made], [200, 1]);
  // What it is made of changed, but not what it says.
  holds = "2";
  strictEqual((await ask("/a", etag)).etag, etag);
  strictEqual(made, 2);
  for (let page = 0; page <= ETAGS_MAX; page++) await ask(`/page/${page}`);
  deepStrictEqual([(await ask("/a")).etag, made], [etag, 2 + ETAGS_MAX + 2]);
});

Deno.test("/api/status keeps its ETag over a beat without news, and over news of others", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" }, { site: "blog", outcome: "down", reason: "dns" });
  const etags = async () =>
    await Promise.all(["/api/status", "/api/status?state=down"].map(async (path) => {
      return (await made.get(path)).response.headers.get("etag");
    }));
  const [all, down] = await etags();
  const { revision } = await made.cache.view();
  await made.cache.refresh();
  strictEqual((await made.cache.view()).revision, revision);
  deepStrictEqual(await etags(), [all, down]);
  const again = await made.get("/api/status", { "if-none-match": all! });
  deepStrictEqual([again.response.status, again.text], [304, ""]);
  await made.add({ site: "shop" });
  await made.cache.refresh();
  const [next, stillDown] = await etags();
  notStrictEqual(next, all);
  strictEqual(stillDown, down);
});
