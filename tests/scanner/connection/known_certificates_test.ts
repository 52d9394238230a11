import { deepStrictEqual } from "node:assert/strict";
import {
  CERTIFICATE_TTL_MS,
  KnownCertificates,
  UNKNOWN_CERTIFICATE,
} from "../../../src/scanner/connection/known_certificates.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { silent } from "../sites.ts";

const UNREAD = { cause: new Error("closed"), problem: undefined, isRefused: false };
const SEEN = { expiresAt: 2, issuer: "Test", seenAt: 1 };

/** Certificates of a scanner, and how often they could not be read. */
function aRig() {
  const clock = new FakeClock();
  const failed: string[] = [];
  const telemetry = { ...silent, count: (name: string) => void failed.push(name) };
  return { clock, failed, known: new KnownCertificates(clock, telemetry) };
}

Deno.test("get() returns what was seen, within its time", () => {
  const { clock, known } = aRig();
  deepStrictEqual(known.get("a"), undefined);
  known.add("a", { certificate: SEEN });
  clock.advance(CERTIFICATE_TTL_MS - 1);
  deepStrictEqual([known.get("a")?.certificate, known.get("a")?.isRead], [SEEN, true]);
  clock.advance(1);
  deepStrictEqual(known.get("a"), undefined);
});

Deno.test("addUnread() keeps what was seen before, however long ago", () => {
  const { clock, failed, known } = aRig();
  deepStrictEqual(known.addUnread("a", UNREAD).certificate, UNKNOWN_CERTIFICATE);
  known.add("b", { certificate: SEEN });
  clock.advance(2 * CERTIFICATE_TTL_MS);
  deepStrictEqual(known.addUnread("b", UNREAD).certificate, SEEN);
  deepStrictEqual([known.get("b")?.certificate, known.get("b")?.isRead], [SEEN, false]);
  deepStrictEqual(failed, Array(2).fill("sitemon_certificate_reads_failed_total"));
  clock.advance(CERTIFICATE_TTL_MS);
  deepStrictEqual(known.get("b"), undefined);
});

Deno.test("KnownCertificates forgets all, when there are more than any configuration has", () => {
  const { known } = aRig();
  for (let count = 0; count < 16_384; count++) known.add(`host-${count}`, { certificate: SEEN });
  deepStrictEqual(known.get("host-0")?.certificate, SEEN);
  known.add("one more", { certificate: SEEN });
  deepStrictEqual([known.get("host-0"), known.get("one more")?.certificate], [undefined, SEEN]);
});
