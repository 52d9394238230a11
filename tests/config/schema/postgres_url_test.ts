import { deepStrictEqual } from "node:assert/strict";
import { postgresServer } from "../../../src/config/schema/postgres_schema.ts";
import { loadText } from "../load_text.ts";

const SERVER = { host: "h", port: 5432, user: "u", db: "u" };
const servers: readonly (readonly [string, object])[] = [
  ["host: h, user: u", SERVER],
  ["url: 'postgres://u@h'", SERVER],
  ["url: 'postgresql://u@h/'", SERVER],
  ["url: 'postgres://u@h:5433/d'", { ...SERVER, port: 5433, db: "d" }],
  ["url: 'postgres://u@h', password: w", { ...SERVER, password: "w" }],
  ["url: 'postgres://a%40b:p%2Fw%3A@h/my%20d'", {
    ...SERVER,
    user: "a@b",
    password: "p/w:",
    db: "my d",
  }],
  ["url: 'postgres://u@[2001:db8::1]:6432/d'", {
    ...SERVER,
    host: "2001:db8::1",
    port: 6432,
    db: "d",
  }],
  ["host: /run/postgresql, user: u", { ...SERVER, host: "/run/postgresql" }],
  ["url: 'postgres://u@%2Frun%2Fpostgresql'", { ...SERVER, host: "/run/postgresql" }],
];
for (const [keys, server] of servers) {
  Deno.test(`postgresServer() takes ${keys}`, () => {
    deepStrictEqual(postgresServer(loadText(`postgres: {${keys}}`).config.postgres!), server);
  });
}

const modes: readonly (readonly [string, object])[] = [
  ["host: h, user: u", { mode: "disable" }],
  ["host: h, user: u, tls: require", { mode: "require" }],
  ["url: 'postgres://u@h'", { mode: "disable" }],
  ["url: 'postgres://u@h', tls: verify-ca", { mode: "verify-ca" }],
  ["url: 'postgres://u@h?sslmode=verify-full'", { mode: "verify-full" }],
];
for (const [keys, tls] of modes) {
  Deno.test(`loadConfig() makes TLS of ${keys}`, () => {
    deepStrictEqual(loadText(`postgres: {${keys}}`).postgresTls, tls);
  });
}
