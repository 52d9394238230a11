import { deepStrictEqual } from "node:assert/strict";
import { RequestCache } from "../../../src/scanner/http/request.ts";
import { Visit } from "../../../src/scanner/connection/visit.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { aSite } from "../sites.ts";

/** What a report holds at most: an int of Avro. */
const INT_MAX = 2 ** 31 - 1;

Deno.test("endPhase() keeps what a report can hold, when the process was stopped for hours", () => {
  const clock = new FakeClock();
  const plan = new RequestCache("sitemon/1").planOf(aSite("http://a.example/"));
  const visit = new Visit(plan, clock);
  visit.startPhase("connect");
  clock.advance(2_147_483);
  visit.startPhase("first_byte");
  clock.advance(2_147_484);
  visit.endPhase();
  deepStrictEqual(visit.timings.connect, 2_147_483_000);
  deepStrictEqual(visit.timings.first_byte, INT_MAX);
});
