/** What every format is compared with, byte by byte: the same deliveries, and files of what they became. */
import { deepStrictEqual } from "node:assert/strict";
import type { ChannelContext } from "../../../src/alerts/channel.ts";
import type { Delivery } from "../../../src/status/alert_store.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { aDelivery, aMessage, anAlert, aPlace } from "../deliveries.ts";

const FOLDER = new URL("../../testdata/channels/", import.meta.url);

/** What is sent is written to the folder by `deno test … -- --write`. */
const isWriting = Deno.args.includes("--write");

const HOSTILE = "<!channel> @everyone *b* `c` [x](http://evil) &amp; <b>\r\n{{7*7}} \u202e\ud800";

export const DELIVERIES: Readonly<Record<string, Delivery>> = {
  fired: aDelivery(),
  resolved: aDelivery([aMessage("resolved")]),
  group: aDelivery([
    aMessage("fired", anAlert({ site: "blog" })),
    aMessage("resolved"),
    aMessage("digest", anAlert({ site: "wiki" })),
    aMessage("fired", anAlert({ kind: "location", site: null, location: "paris" })),
  ]),
  hostile: aDelivery([aMessage(
    "fired",
    anAlert({
      site: HOSTILE,
      detail: {
        labels: { "1 no label!": HOSTILE, runbook: 'https://wiki.example/a|b>(c)"d' },
        places: [aPlace({ error_text: HOSTILE })],
      },
    }),
  )]),
};

/** What a channel is opened with. */
export function aContext(overrides: Partial<ChannelContext> = {}): ChannelContext {
  return {
    denies: () => false,
    redact: (text) => text,
    clock: new FakeClock(),
    produce: () => Promise.reject(new Error("no topic here")),
    ...overrides,
  };
}

/** How long it lasts as of now, which is 2 min at noon. */
const LASTED = /(Since [-\\ :\d]+ UTC) \\{0,2}\([^()]+\)/g;

/** JSON that was sent, as at noon. */
export function atNoon(body: string): unknown {
  return JSON.parse(body.replaceAll(LASTED, "$1 (2 min)"));
}

/** What became of each of the deliveries is in the file of the kind, or is written there. */
export function assertGolden(kind: string, all: Readonly<Record<string, unknown>>): void {
  const file = new URL(`${kind}.json`, FOLDER);
  if (isWriting) Deno.writeTextFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  deepStrictEqual(all, JSON.parse(Deno.readTextFileSync(file)));
}
