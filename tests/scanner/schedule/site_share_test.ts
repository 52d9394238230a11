// Goal: a scanner checks what its producer holds, for as long as that is certain, and nothing else.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { partitionOf } from "../../../src/scanner/schedule/site_hash.ts";
import {
  ASK_MS,
  type ShareAnswer,
  type ShareQuestion,
  SiteShare,
} from "../../../src/scanner/schedule/site_share.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { aSite, silent } from "../sites.ts";

const SITES = Array.from({ length: 30 }, (_, n) => aSite(`http://a/${n}`, { name: `site-${n}` }));
const OF = 6;

function sitesIn(...partitions: number[]): string[] {
  return SITES.map(({ name }) => name).filter((name) =>
    partitions.includes(partitionOf(name, "here", OF))
  );
}

/** A share, and a relay that answers by the test's will and without a delay. */
class Setup {
  readonly clock = new FakeClock();
  readonly questions: ShareQuestion[] = [];
  readonly assigned: { names: string[]; since: ReadonlyMap<string, number> }[] = [];
  readonly share: SiteShare;
  readonly #port = {
    postMessage: (question: ShareQuestion) => void this.questions.push(question),
    onmessage: (_event: { data: ShareAnswer }) => {},
    close() {},
  };

  constructor() {
    this.share = new SiteShare({
      location: "here",
      clock: this.clock,
      telemetry: silent,
      thread: "scanner-1",
      assign: (sites, since) => this.assigned.push({ names: sites.map(({ name }) => name), since }),
    });
    this.clock.advance(1_000_000);
    this.share.setSites(SITES, new Map());
    this.share.connect(this.#port as unknown as MessagePort);
  }

  get sites(): string[] {
    return this.assigned.at(-1)!.names;
  }

  get since(): ReadonlyMap<string, number> {
    return this.assigned.at(-1)!.since;
  }

  /** Answers the newest question, or an older one. */
  answer(
    partitions: readonly (readonly [number, number])[],
    { leftMs = 10_000, of = OF, question = this.questions.at(-1)! } = {},
  ): void {
    this.#port.onmessage({ data: { ...question, partitions, of, leftMs } });
  }
}

Deno.test("SiteShare holds nothing before the group has spoken", () => {
  const setup = new Setup();
  strictEqual(setup.share.mayCheck, false);
  deepStrictEqual(setup.sites, []);
});

Deno.test("SiteShare assigns the sites of the partitions that are held, since then", () => {
  const setup = new Setup();
  setup.answer([[1, 0], [4, 0]]);
  deepStrictEqual(setup.sites, sitesIn(1, 4));
  ok(setup.sites.length > 0);
  deepStrictEqual([...setup.since.keys()], setup.sites);
  ok(setup.share.mayCheck);
});

Deno.test("SiteShare knows since when a partition is held, when its thread comes later", () => {
  const setup = new Setup();
  setup.answer([[2, 600_000]]);
  for (const name of setup.sites) strictEqual(setup.since.get(name), 400_000);
});

Deno.test("SiteShare takes the later of the hold and the reload that brought a site", () => {
  const setup = new Setup();
  const [earlier, later] = sitesIn(3);
  setup.share.setSites(SITES, new Map([[earlier!, 5_000], [later!, 999_000]]));
  setup.answer([[3, 60_000]]);
  deepStrictEqual([setup.since.get(earlier!), setup.since.get(later!)], [940_000, 999_000]);
});

Deno.test("SiteShare assigns anew, when partitions or sites change, and else leaves all as it is", () => {
  const setup = new Setup();
  setup.answer([[0, 0]]);
  const count = setup.assigned.length;
  setup.answer([[0, ASK_MS]]);
  strictEqual(setup.assigned.length, count);
  setup.answer([[0, 0], [5, 0]]);
  deepStrictEqual(setup.sites, sitesIn(0, 5));
  setup.share.setSites(SITES.slice(0, 10), new Map());
  const few = new Set(SITES.slice(0, 10).map(({ name }) => name));
  deepStrictEqual(setup.sites, sitesIn(0, 5).filter((name) => few.has(name)));
});

Deno.test("SiteShare asks twice a second, until it is closed", () => {
  const setup = new Setup();
  setup.clock.advance(10 * ASK_MS);
  strictEqual(setup.questions.length, 11);
  setup.share.close();
  setup.clock.advance(10 * ASK_MS);
  strictEqual(setup.questions.length, 11);
});

Deno.test("mayCheck turns false by itself, when nothing is heard any more", () => {
  const setup = new Setup();
  setup.answer([[0, 0]], { leftMs: 3_000 });
  setup.clock.advance(2_999);
  ok(setup.share.mayCheck);
  setup.clock.advance(1);
  strictEqual(setup.share.mayCheck, false);
  deepStrictEqual(setup.sites, sitesIn(0), "what is held again goes on in its slots");
});

Deno.test("mayCheck stays false, when an answer lay in the port while the process was stopped", () => {
  const setup = new Setup();
  const [question] = setup.questions;
  setup.clock.advance(60_000);
  setup.answer([[0, 0]], { question: question! });
  strictEqual(setup.share.mayCheck, false);
});

Deno.test("SiteShare keeps what it may count on, when another relay has not heard of the group yet", () => {
  const setup = new Setup();
  setup.answer([[0, 0]], { leftMs: 3_000 });
  setup.answer([], { leftMs: 0, of: 0 });
  ok(setup.share.mayCheck);
  deepStrictEqual(setup.sites, sitesIn(0));
  setup.clock.advance(3_000);
  setup.answer([], { leftMs: 0, of: 0 });
  deepStrictEqual([setup.share.mayCheck, setup.sites], [false, []]);
});
