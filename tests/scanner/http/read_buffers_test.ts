import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import {
  KEPT_BUFFERS_MAX,
  READ_BYTES,
  ReadBuffers,
} from "../../../src/scanner/http/read_buffers.ts";

Deno.test("lend() lends a buffer to one borrower at a time, and then to the next", async () => {
  const buffers = new ReadBuffers();
  const end = Promise.withResolvers<void>();
  const lent = new Set<Uint8Array>();
  const borrow = async (buffer: Uint8Array) => {
    deepStrictEqual(buffer.length, READ_BYTES);
    lent.add(buffer);
    await end.promise;
  };
  const both = [buffers.lend(borrow), buffers.lend(borrow)];
  deepStrictEqual(lent.size, 2);
  end.resolve();
  await Promise.all(both);
  await buffers.lend(async (buffer) => ok(await lent.has(buffer)));
});

Deno.test("lend() takes the buffer back, when its borrower failed", async () => {
  const buffers = new ReadBuffers();
  let lent: Uint8Array | undefined;
  const failing = buffers.lend((buffer) => {
    lent = buffer;
    return Promise.reject(new RangeError("failed"));
  });
  await rejects(failing, RangeError);
  await buffers.lend(async (buffer) => ok(await buffer === lent));
});

Deno.test("lend() keeps so many buffers at most, when many were lent at once", async () => {
  const buffers = new ReadBuffers();
  const round = async () => {
    const end = Promise.withResolvers<void>();
    const lent: Uint8Array[] = [];
    const all = Array.from({ length: KEPT_BUFFERS_MAX + 1 }, () =>
      buffers.lend((buffer) => {
        lent.push(buffer);
        return end.promise;
      }));
    end.resolve();
    await Promise.all(all);
    return lent;
  };
  const first = new Set(await round());
  const again = (await round()).filter((buffer) => first.has(buffer));
  deepStrictEqual(again.length, KEPT_BUFFERS_MAX);
});
