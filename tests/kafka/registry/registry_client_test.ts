import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { ANSWER_BYTES_MAX } from "../../../src/kafka/registry/registry_client.ts";
import { RegistryError, type RegistryFailure } from "../../../src/kafka/registry/registry_error.ts";
import { SITE_REPORT_SCHEMA } from "../../../src/report/schema.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { freePort } from "../../support/free_port.ts";
import { serveLocally } from "../../support/local_server.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { serviceTest } from "../../services/with_services.ts";
import { clientOf, NEVER } from "./registry_fixture.ts";

const registryTest = serviceTest("registry");

const REPORT = JSON.stringify(SITE_REPORT_SCHEMA);
const withType = (type: string) =>
  JSON.stringify({ type: "record", name: "sitemon.A", fields: [{ name: "a", type }] });

function failsBy(failure: RegistryFailure, message: RegExp) {
  return (error: unknown) => {
    ok(error instanceof RegistryError, String(error));
    match(error.message, message);
    strictEqual(error.failure, failure);
    return true;
  };
}

registryTest("lookUp(), register() and schema() agree on a schema's name", async () => {
  const registry = clientOf();
  const subject = `${uniqueName("topic")}/ä-value`;
  strictEqual(await registry.lookUp(subject, REPORT, NEVER), undefined);
  strictEqual(await registry.incompatibility(subject, REPORT, NEVER), undefined);
  const name = await registry.register(subject, REPORT, NEVER);
  deepStrictEqual(await registry.register(subject, REPORT, NEVER), name);
  deepStrictEqual(await registry.lookUp(subject, REPORT, NEVER), name);
  strictEqual(await registry.schema(`ids/${name.id}`, NEVER), REPORT);
  strictEqual(await registry.lookUp(subject, withType("int"), NEVER), undefined);
});

registryTest("schema() resolves to nothing of names that no schema has", async () => {
  const guid = "guids/89791762-2336-186f-9674-180ca8e306b4";
  // Apicurio has no GUIDs, and answers to the larger id as to a path that is not there.
  for (const path of ["ids/2147483647", "ids/4294967295", guid]) {
    strictEqual(await clientOf().schema(path, NEVER), undefined, path);
  }
});

registryTest("register() is refused what is incompatible, and no schema", async () => {
  const registry = clientOf();
  const subject = uniqueName("subject");
  await registry.register(subject, withType("int"), NEVER);
  ok(await registry.incompatibility(subject, withType("string"), NEVER));
  strictEqual(await registry.incompatibility(subject, withType("long"), NEVER), undefined);
  const refused = (status: RegExp) => failsBy("refused", status);
  await rejects(registry.register(subject, withType("string"), NEVER), refused(/answered 409/));
  await rejects(registry.register(subject, "no schema", NEVER), refused(/answered 422/));
});

registryTest("a path where no registry is has no schema that is known to be missing", async () => {
  const urls = [`${clientOf().name}/elsewhere`];
  const answered404 = failsBy("unavailable", /answered 404/);
  await rejects(clientOf({ urls }).schema("ids/1", NEVER), answered404);
});

const SCHEMA = { schema: REPORT };
const answering = (body: BodyInit, status = 200) => () => new Response(body, { status });
const errorOf = (error_code: number) => JSON.stringify({ error_code, message: "said why" });

for (
  const [what, handler, failure, message] of [
    ["503", answering("down", 503), "unavailable", /^schema registry unavailable: .*answered 503$/],
    [
      "a redirect",
      () => Response.redirect("http://127.0.0.1:1/"),
      "unavailable",
      /answered 302$/,
    ],
    ["a page", answering("<html>"), "unavailable", /something else than a JSON object/],
    ["a list", answering("[]"), "unavailable", /something else than a JSON object/],
    ["no text of a schema", answering('{"schema":7}'), "unavailable", /a schema that is no text/],
    ["404 of another code", answering(errorOf(404), 404), "unavailable", /404: said why$/],
    ["401", answering(errorOf(40101), 401), "refused", /refuses the login .*401\): said why$/],
    ["403 of a proxy", answering("<html>", 403), "refused", /refuses the login .*403\)$/],
    [
      "more than is read",
      answering(JSON.stringify({ schema: " ".repeat(ANSWER_BYTES_MAX) })),
      "unavailable",
      /answered more than 1048576 bytes/,
    ],
  ] as const
) {
  Deno.test(`schema() rejects as ${failure}, when the answer is ${what}`, async () => {
    await using server = serveLocally(handler);
    const registry = clientOf({ urls: [server.origin] });
    await rejects(registry.schema("ids/1", NEVER), failsBy(failure, message));
  });
}

Deno.test("schema() resolves to what is as long as is read", async () => {
  const schema = "".padEnd(ANSWER_BYTES_MAX - JSON.stringify({ schema: "" }).length);
  await using server = serveLocally(answering(JSON.stringify({ schema })));
  strictEqual(await clientOf({ urls: [server.origin] }).schema("ids/1", NEVER), schema);
});

Deno.test("requests go to the replica that answers, and stay with it", async () => {
  const asked: string[] = [];
  const replica = (name: string, status: number) =>
    serveLocally(() => {
      asked.push(name);
      return Response.json(SCHEMA, { status });
    });
  await using broken = replica("broken", 500);
  await using well = replica("well", 200);
  const urls = [`http://127.0.0.1:${freePort()}`, broken.origin, well.origin];
  const registry = clientOf({ urls });
  strictEqual(registry.name, urls[0]);
  for (let again = 0; again < 2; again++) await registry.schema("ids/1", NEVER);
  deepStrictEqual(asked, ["broken", "well", "well"]);
});

Deno.test("a request ends at its timeout, and by its signal", async () => {
  const received = Promise.withResolvers<void>();
  const end = Promise.withResolvers<Response>();
  await using server = serveLocally(() => {
    received.resolve();
    return end.promise;
  });
  const urls = [server.origin];
  const timeout = failsBy("unavailable", /no answer within 100 ms$/);
  await rejects(clientOf({ urls, timeoutMs: 100 }).schema("ids/1", NEVER), timeout);
  const stop = new AbortController();
  const asked = clientOf({ urls }).schema("ids/1", stop.signal);
  await received.promise;
  stop.abort(new Error("enough"));
  await rejects(asked, /enough/);
  end.resolve(new Response());
});

Deno.test("the authorization goes along, and an authority is trusted that is named", async () => {
  const { ca, good } = makeCertificates();
  await using registry = serveLocally(
    ({ headers }) => Response.json({ schema: headers.get("authorization") }),
    good,
  );
  const options = { urls: [registry.origin], authorization: "Bearer b" };
  const trusting = clientOf({ ...options, tls: { ca } });
  strictEqual(await trusting.schema("ids/1", NEVER), "Bearer b");
  await rejects(clientOf(options).schema("ids/1", NEVER), failsBy("unavailable", /certificate/));
});
