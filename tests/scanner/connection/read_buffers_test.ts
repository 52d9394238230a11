import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import {
  KEPT_BUFFERS_MAX,
  READ_BYTES,
  ReadBuffers,
} from "../../../src/scanner/connection/read_buffers.ts";

Deno.test("take() lends a buffer to one borrower at a time, and then to the next", () => {
  const buffers = new ReadBuffers();
  const [one, other] = [buffers.take(), buffers.take()];
  deepStrictEqual([one.length, other.length], [READ_BYTES, READ_BYTES]);
  notStrictEqual(one, other);
  buffers.giveBack(one);
  strictEqual(buffers.take(), one);
});

Deno.test("giveBack() keeps a limited number of buffers, when many were lent at once", () => {
  const buffers = new ReadBuffers();
  const takeAll = () => Array.from({ length: KEPT_BUFFERS_MAX + 1 }, () => buffers.take());
  const first = takeAll();
  for (const buffer of first) buffers.giveBack(buffer);
  const again = takeAll().filter((buffer) => first.includes(buffer));
  deepStrictEqual(again.length, KEPT_BUFFERS_MAX);
});
