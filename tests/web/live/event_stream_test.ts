import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { constants, gunzipSync } from "node:zlib";
import { QueryError } from "../../../src/web/api/parameters.ts";
import { WATCHED_MAX, watchedOf } from "../../../src/web/api/events_api.ts";
import { takesGzip } from "../../../src/web/live/event_compressor.ts";
import {
  eventStream,
  type EventStreamOptions,
  eventText,
} from "../../../src/web/live/event_stream.ts";
import type { StatusSource, StatusUpdate } from "../../../src/web/live/status_source.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { within } from "../../support/waiting.ts";
import { aSiteStatus } from "../site_status.ts";

/** A source that tells what the test says, and a viewer of it. */
class Viewer {
  #tell: (news: StatusUpdate) => void = () => {};
  readonly headers: Headers;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(more: Partial<EventStreamOptions> = {}) {
    const source: Partial<StatusSource> = {
      version: 7,
      watch: (tell) => {
        this.#tell = tell;
        return () => {};
      },
    };
    const { signal } = new AbortController();
    const response = eventStream(source as StatusSource, {
      clock: new FakeClock(),
      signal,
      ...more,
    });
    this.headers = response.headers;
    this.#reader = response.body!.getReader();
  }

  tell(news: Partial<StatusUpdate>): void {
    this.#tell({ checked: [], changed: [], needsReload: false, ...news });
  }

  async read(): Promise<Uint8Array> {
    return (await within(60_000, "bytes of an event", this.#reader.read())).value!;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.read());
  }

  async event() {
    return JSON.parse((await this.text()).slice("data: ".length));
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}

const [SHOP, BLOG] = [
  aSiteStatus({ site: "shop" }),
  aSiteStatus({ site: "blog", outcome: "down" }),
];

for (
  const [watched, told] of [
    [{}, [[["shop", "blog"], [], false], [[], ["blog is down"], true], [[], [], true]]],
    [{ sites: new Set(["shop"]) }, [[["shop"], [], false], [[], ["blog is down"], true], [
      [],
      [],
      true,
    ]]],
    [{ sites: new Set([]) }, [[[], ["blog is down"], true], [[], [], true]]],
    [{ sites: new Set(["shop"]), isAlone: true }, [[["shop"], [], false], [[], [], true]]],
  ] as const
) {
  Deno.test(
    `eventStream() tells who watches ${[...("sites" in watched ? watched.sites : ["all"])]}${
      "isAlone" in watched ? " alone" : ""
    } of nothing else`,
    async () => {
      const viewer = new Viewer({ watched });
      await viewer.text();
      await viewer.text();
      viewer.tell({ checked: [SHOP, BLOG] });
      viewer.tell({ changed: [BLOG] });
      viewer.tell({ needsReload: true });
      for (const [sites, news, reload] of told) {
        const event = await viewer.event();
        deepStrictEqual(
          [event.checked.map(({ site }: { site: string }) => site), event.news, event.reload],
          [[...sites], [...news], reload],
        );
      }
      await viewer.leave();
    },
  );
}

Deno.test("eventStream() lets readers come back one after the other", async () => {
  const retries = [];
  for (const part of [0, 0.5, 0.999]) {
    const viewer = new Viewer({ random: () => part });
    retries.push(await viewer.text());
    await viewer.leave();
  }
  deepStrictEqual(retries, ["retry: 2000\n\n", "retry: 4000\n\n", "retry: 5996\n\n"]);
});

Deno.test("eventStream() compresses each event as it comes, with those before it", async () => {
  const viewer = new Viewer({ isCompressed: true });
  strictEqual(viewer.headers.get("content-encoding"), "gzip");
  const chunks: Uint8Array[] = [];
  const plain = () =>
    gunzipSync(Buffer.concat(chunks), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  while (chunks.length === 0 || !plain().includes("beat")) chunks.push(await viewer.read());
  const sizes = [];
  for (const checked_at of [new Date(1), new Date(2)]) {
    const before = chunks.length;
    viewer.tell({ checked: [{ ...SHOP, checked_at }] });
    while (!plain().includes(`"checked_at":${checked_at.getTime()},`)) {
      chunks.push(await viewer.read());
    }
    sizes.push(chunks.slice(before).reduce((sum, { length }) => sum + length, 0));
  }
  ok(sizes[1]! < sizes[0]! / 2, `${sizes}`);
  await viewer.leave();
});

Deno.test("eventText() is bounded, whatever changed at once", () => {
  const many = Array.from({ length: 5_000 }, (_, index) => aSiteStatus({ site: `s${index}` }));
  const text = eventText({ checked: many, changed: many, needsReload: false })!;
  const { checked, news, reload } = JSON.parse(text.slice("data: ".length));
  deepStrictEqual([checked.length, news.length, reload], [1_000, 5, true]);
});

for (
  const [header, expected] of [
    [undefined, false],
    ["gzip, deflate, br", true],
    ["br;q=1.0, GZIP;q=0.8", true],
    ["gzip;q=0, identity", false],
    ["gzip; q=0.0", false],
    ["x-gzip-not", false],
  ] as const
) {
  Deno.test(`takesGzip() of "${header}" is ${expected}`, () =>
    strictEqual(takesGzip(header), expected));
}

Deno.test("watchedOf() refuses what it does not know, and more sites than a page has", () => {
  const asked = (count: number) =>
    new URLSearchParams(Array.from({ length: count }, (_, n) => ["site", `${n}`]));
  strictEqual(watchedOf(asked(WATCHED_MAX)).sites!.size, WATCHED_MAX);
  for (
    const given of [
      asked(WATCHED_MAX + 1),
      new URLSearchParams("changes=none"),
      new URLSearchParams("x=1"),
    ]
  ) {
    let message = "";
    try {
      watchedOf(given);
    } catch (error) {
      ok(error instanceof QueryError);
      message = error.message;
    }
    match(message, /^[^.]+$/);
  }
});
