import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  formatHost,
  hostMaybePort,
  hostPort,
  parseHost,
} from "../../../src/config/schema/host_port.ts";

Deno.test("parseHost() takes names and addresses, in the form of URLs", () => {
  const cases: [string, ReturnType<typeof parseHost>][] = [
    ["kafka:9092", { host: "kafka", port: 9092 }],
    ["Kafka_1.example", { host: "kafka_1.example" }],
    ["192.0.2.7:1", { host: "192.0.2.7", port: 1 }],
    ["127.1", { host: "127.0.0.1" }],
    ["[::1]:65535", { host: "::1", port: 65_535 }],
    ["[2001:DB8:0::1]", { host: "2001:db8::1" }],
    ["k:65536", undefined],
    ["k:", undefined],
    [":1", undefined],
    ["::1", undefined],
    ["[::1", undefined],
    ["[k]:1", undefined],
    ["*.example", undefined],
    ["a,b", undefined],
    ["a b", undefined],
    ["a/b", undefined],
    ["http://a", undefined],
    ["u@a", undefined],
    ["1.2.3.4.5", undefined],
    ["", undefined],
  ];
  for (const [text, host] of cases) deepStrictEqual(parseHost(text), host, text);
});

Deno.test("formatHost() puts IPv6 addresses in brackets", () => {
  strictEqual(formatHost({ host: "::1", port: 1 }), "[::1]:1");
  strictEqual(formatHost({ host: "::1" }), "[::1]");
  strictEqual(formatHost({ host: "a", port: 1 }), "a:1");
});

Deno.test("hostPort() takes port 0 only for listeners", () => {
  strictEqual(hostPort().safeParse("a:0").success, false);
  strictEqual(hostPort({ portMin: 0 }).safeParse("a:0").success, true);
  strictEqual(hostPort().safeParse("a").success, false);
  strictEqual(hostMaybePort().safeParse("a").success, true);
  strictEqual(hostMaybePort().safeParse("a:0").success, false);
});
