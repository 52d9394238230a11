import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DatabaseError } from "pg";
import { TimeoutError } from "../../../../src/runtime/deadline.ts";
import {
  isConflict,
  isPartitionMissing,
  storeError,
} from "../../../../src/status/postgres/connection/errors.ts";
import {
  RowRejectedError,
  StoreConfigurationError,
  StoreUnavailableError,
} from "../../../../src/status/store.ts";

const PLACE = { action: "apply reports", host: "db.example", port: 5432 };

function databaseError(code: string, message = "no"): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, "error"), { code });
}

function codedError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

const STATES: Readonly<Record<string, readonly string[]>> = {
  StoreUnavailableError: [
    "08000",
    "08006",
    "0A000",
    "25006",
    "25P02",
    "25P03",
    "25P04",
    "40001",
    "40P01",
  ]
    .concat("53100", "53200", "53300", "55P03", "57014", "57P01", "57P03", "58030", "XX000"),
  StoreConfigurationError: ["26000", "28000", "28P01", "3D000", "3F000", "42501", "42703", "42P01"]
    .concat("42939", "42P05"),
  RowRejectedError: ["21000", "22003", "22008", "22P02", "23502", "23505", "23514", "54000"],
};
for (const [name, codes] of Object.entries(STATES)) {
  Deno.test(`storeError() makes a ${name} of the SQLSTATEs that mean it`, () => {
    for (const code of codes) {
      const error = storeError(databaseError(code), PLACE);
      strictEqual(error.name, name, code);
      strictEqual((error as Partial<StoreUnavailableError>).isKnown ?? true, true, code);
    }
  });
}

const unreachable = [
  codedError("ECONNREFUSED"),
  codedError("ENOENT"),
  codedError("ENOTFOUND"),
  codedError("EPIPE"),
  codedError("EMFILE"),
  codedError("EADDRNOTAVAIL"),
  new TimeoutError("no answer within 5 ms"),
  new Error("Connection terminated unexpectedly"),
  new Error("timeout expired"),
];
for (const cause of unreachable) {
  Deno.test(`storeError() calls the store unavailable, when ${cause.message}`, () => {
    const error = storeError(cause, PLACE);
    ok(error instanceof StoreUnavailableError && error.isKnown);
    strictEqual(error.cause, cause);
  });
}

const unknown = [databaseError("99999", "what"), databaseError("0B000", "why"), "text", null];
for (const cause of unknown) {
  Deno.test(`storeError() says that it does not know, when it is given ${cause}`, () => {
    const error = storeError(cause, PLACE);
    ok(error instanceof StoreUnavailableError && !error.isKnown);
  });
}

const misconfigured: readonly (readonly [Error, RegExp])[] = [
  [codedError("EPERM", "getaddrinfo EPERM"), /5432: getaddrinfo EPERM; allow this thread/],
  [
    codedError("EACCES", "connect EACCES /run/.s.PGSQL.5432"),
    /; let this user write to the socket$/,
  ],
  [new Deno.errors.NotCapable("Requires net access"), /db\.example:5432: .*; allow this thread/],
  [new Error("SASL: client password must be a non-empty string"), /; check user and password/],
  [new Error("The server does not support SSL connections"), /; check "postgres.tls"$/],
  [
    new Error("invalid peer certificate: UnknownIssuer"),
    /5432: certificate authority is not trusted; check "postgres.tls"$/,
  ],
  [
    new Error("received fatal alert: UnknownCA"),
    /: server rejected the client certificate \(unknown_ca\); check "postgres.tls"$/,
  ],
];
for (const [cause, sentence] of misconfigured) {
  Deno.test(`storeError() asks for a change, when ${cause.message}`, () => {
    const error = storeError(cause, PLACE);
    ok(error instanceof StoreConfigurationError);
    ok(sentence.test(error.message), error.message);
  });
}

Deno.test("storeError() says what failed, where, why, and what to do", () => {
  const cause = databaseError("28P01", 'password authentication failed for user "ann"');
  strictEqual(
    storeError(cause, PLACE).message,
    "could not apply reports: PostgreSQL at db.example:5432: " +
      'password authentication failed for user "ann" (28P01); ' +
      "check user, password and the server's pg_hba.conf",
  );
});

Deno.test("storeError() names a socket by its path", () => {
  const place = { action: "migrate", host: "/run/postgresql", port: 5433 };
  strictEqual(
    storeError(codedError("ENOENT", "no such file"), place).message,
    "could not migrate: PostgreSQL at /run/postgresql/.s.PGSQL.5433: no such file",
  );
});

Deno.test("storeError() advises no migration, where statements are prepared by others", () => {
  for (const code of ["26000", "42P05"]) {
    const { message } = storeError(databaseError(code), PLACE);
    ok(message.endsWith("shares sessions; let it keep one per client"), message);
  }
});

Deno.test("storeError() leaves an error of the port as it is", () => {
  const errors = [
    new StoreUnavailableError("a"),
    new StoreConfigurationError("b"),
    new RowRejectedError("c"),
  ];
  deepStrictEqual(errors.map((error) => storeError(error, PLACE) === error), [true, true, true]);
});

Deno.test("isConflict() is true for deadlocks and serialization failures alone", () => {
  const codes = ["40P01", "40001", "40002", "23505"];
  deepStrictEqual(codes.map((code) => isConflict(databaseError(code))), [true, true, false, false]);
  strictEqual(isConflict(codedError("40P01")), false);
});

Deno.test("isPartitionMissing() tells a missing partition from a failed CHECK", () => {
  const missing = Object.assign(databaseError("23514"), { routine: "ExecFindPartition" });
  strictEqual(isPartitionMissing(missing), true);
  strictEqual(isPartitionMissing(databaseError("23514")), false);
});
