import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { SEND_MS_MAX } from "../../../src/alerts/channel.ts";
import { mailOf, SUBJECT_LENGTH_MAX } from "../../../src/alerts/channels/email.ts";
import { openChannel } from "../../../src/alerts/open_channel.ts";
import type { AlertChannel } from "../../../src/config/alerts.ts";
import type { Delivery } from "../../../src/status/alert_store.ts";
import { redactor } from "../../../src/runtime/telemetry/redaction.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { within } from "../../support/waiting.ts";
import { aDelivery, aMessage, anAlert, aPlace, aStorm, NOON } from "../deliveries.ts";
import { aContext } from "./golden.ts";

const { good, expired, ca } = makeCertificates();
const FOREVER = new AbortController().signal;
type Email = Extract<AlertChannel, { email: unknown }>["email"];

interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: string[];
  /** Cuts every connection. */
  cut(): void;
}

async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: string[] = [];
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ["AUTH"], ...good, logger: false },
    async onData(stream, _, callback) {
      let text = "";
      for await (const chunk of stream) text += chunk;
      mails.push(text);
      callback();
    },
    ...options,
  });
  server.on("error", () => {});
  const sockets = new Set<Socket>();
  server.server.on("connection", (socket: Socket) => void sockets.add(socket));
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  return {
    port: (server.server.address() as { port: number }).port,
    mails,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(resolve)),
  };
}

function send(
  { port }: { readonly port: number },
  email: Partial<Email> = {},
  { delivery = aDelivery(), clock = new FakeClock() }: {
    readonly delivery?: Delivery;
    readonly clock?: FakeClock;
  } = {},
) {
  const target = {
    ...{ host: "localhost", port, tls: "starttls" as const, ca },
    ...{ from: "Sitemon <sitemon@example.org>", to: ["ops@example.org"], ...email },
  };
  const options = aContext({ redact: redactor(["secret-word"]), clock });
  return openChannel({ name: "mail", email: target }, options).send(delivery, FOREVER);
}

function headerOf(mail: string, name: string): string {
  const [head = ""] = mail.split("\r\n\r\n");
  const found = new RegExp(`^${name}: (.*)$`, "im").exec(head.replace(/\r\n[ \t]+/g, " "));
  return found?.[1] ?? "";
}

Deno.test("send() mails over STARTTLS, and one incident is one thread", async () => {
  await using server = await mailServer();
  const { result, answer } = await send(server);
  strictEqual(result, "delivered");
  match(answer, /^localhost: 250 /);
  await send(server, {}, { delivery: aDelivery([aMessage("resolved")]) });
  const [fired, resolved] = server.mails as [string, string];
  deepStrictEqual([fired, resolved].map((mail) => headerOf(mail, "Subject")), [
    "shop is down",
    "shop is up again",
  ]);
  const root = `<alert.${anAlert().id}@example.org>`;
  for (const mail of [fired, resolved]) {
    strictEqual(headerOf(mail, "In-Reply-To"), root);
    strictEqual(headerOf(mail, "References"), root);
    strictEqual(headerOf(mail, "Auto-Submitted"), "auto-generated");
    strictEqual(headerOf(mail, "To"), "ops@example.org");
  }
  match(fired, /The last one took 12 min 30 s/);
  strictEqual(headerOf(fired, "Message-ID"), `<${aDelivery().id}@example.org>`);
});

Deno.test("send() mails over TLS from the start, with a login", async () => {
  await using server = await mailServer({
    ...{ secure: true, disabledCommands: [], authOptional: false },
    onAuth({ username, password }, _, callback) {
      const isRight = username === "sitemon" && password === "secret-word";
      callback(isRight ? null : new Error(`no ${password}`), { user: username });
    },
  });
  const login = { tls: "implicit", username: "sitemon", password: "secret-word" } as const;
  strictEqual((await send(server, login)).result, "delivered");
  const { result, error } = await send(server, { ...login, username: "nobody" });
  strictEqual(result, "refused");
  match(error!, /^mail not accepted by localhost: 535 /);
  ok(!error!.includes("secret-word"));
});

const refusing = (responseCode: number): SMTPServerOptions => ({
  onRcptTo: (_, __, callback) =>
    callback(Object.assign(new Error("not for\x1b[31m you"), { responseCode })),
});
const failures: [string, SMTPServerOptions, Partial<Email>, result: string, error: RegExp][] = [
  [
    "no STARTTLS",
    { disabledCommands: ["STARTTLS", "AUTH"] },
    {},
    "refused",
    /does not offer STARTTLS/,
  ],
  ["a certificate of a stranger", {}, { ca: expired.cert }, "refused", /certificate/],
  ["mailbox unavailable", refusing(550), {}, "refused", /: 550 not for .* you$/],
  ["try again later", refusing(451), {}, "failed", /: 451 not for/],
];

for (const [what, options, email, result, error] of failures) {
  Deno.test(`send() is ${result} and told nobody, when the mail server says: ${what}`, async () => {
    await using server = await mailServer(options);
    const sent = await send(server, email);
    deepStrictEqual([sent.result, sent.isMaybeTold, server.mails], [result, false, []]);
    match(sent.error!, error);
  });
}

Deno.test("send() mails in plain text only when it is told to", async () => {
  await using server = await mailServer({ disabledCommands: ["STARTTLS", "AUTH"] });
  strictEqual((await send(server, { tls: "none" })).result, "delivered");
});

Deno.test("send() fails and may have told, when the server cuts after the mail, or never answers", async () => {
  for (const hangs of [false, true]) {
    const arrived = Promise.withResolvers<void>();
    await using server = await mailServer({
      async onData(stream) {
        for await (const _ of stream);
        arrived.resolve();
      },
    });
    const clock = new FakeClock();
    const sending = send(server, {}, { clock });
    await within(5_000, "the mail", arrived.promise);
    if (hangs) clock.advance(SEND_MS_MAX);
    else server.cut();
    const { result, isMaybeTold } = await within(5_000, "the end", sending);
    deepStrictEqual([result, isMaybeTold], ["failed", true]);
  }
});

const AT_NOON = { nowMs: NOON.getTime() };

Deno.test("mailOf() lets a site add no header, and keeps the subject short", () => {
  const site = "shop\r\nBcc: all@example.org";
  const mail = mailOf({ from: "a@b.example", to: ["c@d.example"] }, {
    ...aDelivery([aMessage("fired", anAlert({ site, detail: { places: [aPlace()] } }))]),
  }, AT_NOON);
  ok(!/[\r\n]/.test(mail.subject));
  const { subject, references } = mailOf({ from: "a@b.example", to: [] }, aStorm(1_000), AT_NOON);
  ok(subject.length <= SUBJECT_LENGTH_MAX);
  strictEqual(references.length, 20);
});
