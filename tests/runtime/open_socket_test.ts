import net from "node:net";
import { ok, rejects } from "node:assert/strict";
import { socketEvent } from "../../src/runtime/open_socket.ts";

const NEVER = new AbortController().signal;

Deno.test("socketEvent() resolves on the event, and the socket goes on", async () => {
  const socket = new net.Socket();
  const waited = socketEvent(socket, "connect", NEVER);
  socket.emit("connect");
  await waited;
  ok(!socket.destroyed);
  socket.destroy();
});

Deno.test("socketEvent() rejects and destroys the socket, when it fails, closes, or nobody waits", async () => {
  const failing = new net.Socket();
  const failed = socketEvent(failing, "connect", NEVER);
  failing.emit("error", new Error("refused"));
  await rejects(failed, /refused/);
  // A later one, which nobody listens for, is no uncaught exception.
  failing.emit("error", new Error("again"));
  const closing = new net.Socket();
  const closed = socketEvent(closing, "connect", NEVER);
  closing.emit("close");
  await rejects(closed, Deno.errors.ConnectionReset);
  const given = new net.Socket();
  const gone = new AbortController();
  const ended = socketEvent(given, "connect", gone.signal);
  gone.abort();
  await rejects(ended);
  for (const socket of [failing, closing, given]) ok(socket.destroyed);
});
