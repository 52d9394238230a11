import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { SMTPServer } from "smtp-server";
import { fakeReceiver } from "../alerts/channels/fake_receiver.ts";
import { channelAt, VENDORS } from "../alerts/channels/vendors.ts";
import { freePort } from "../support/free_port.ts";
import { sitemon } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";

async function testing(channels: object, name: string) {
  using folder = new TempFolder();
  folder.write("sitemon.yaml", JSON.stringify({ alerts: { channels } }));
  return await sitemon(["alerts", "test", name, "-c", folder.file("sitemon.yaml")]);
}

Deno.test("alerts test sends a beginning and its end, and prints what came back", async () => {
  await using receiver = fakeReceiver(VENDORS.slack);
  // By name, which the thread has to look up with the permission of this host and port alone.
  const url = `${receiver.origin.replace("127.0.0.1", "localhost")}/hooks/T0/secret-of-hook`;
  const { code, stdout, stderr } = await testing({ ops: { slack: { url } } }, "ops");
  deepStrictEqual([code, stderr], [0, ""]);
  const host = new URL(url).host;
  strictEqual(
    stdout,
    `fired: delivered: HTTP 200 from ${host}: ok\nresolved: delivered: HTTP 200 from ${host}: ok\n`,
  );
  deepStrictEqual(receiver.taken.map(({ body }) => JSON.parse(body).text), [
    "*TEST of sitemon is down*",
    "*TEST of sitemon is up again*",
  ]);
  match(receiver.taken[0]!.body, /nothing is wrong/);
});

Deno.test("alerts test sends mail with the permission for the mail server alone", async () => {
  const mails: string[] = [];
  const server = new SMTPServer({
    ...{ disabledCommands: ["AUTH", "STARTTLS"], authOptional: true, logger: false },
    async onData(stream, _, callback) {
      let text = "";
      for await (const chunk of stream) text += chunk;
      mails.push(text);
      callback();
    },
  });
  const port = freePort();
  await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
  try {
    const email = {
      host: "localhost",
      port,
      tls: "none",
      from: "a@b.example",
      to: ["c@b.example"],
    };
    const { code, stdout } = await testing({ mail: { email } }, "mail");
    strictEqual(code, 0, stdout);
    match(stdout, /^fired: delivered: localhost: 250 .*\nresolved: delivered: localhost: 250 /);
    deepStrictEqual(mails.map((mail) => /^Subject: (.*?)\r?$/m.exec(mail)?.[1]), [
      "TEST of sitemon is down",
      "TEST of sitemon is up again",
    ]);
  } finally {
    await new Promise<void>((resolve) => void server.close(resolve));
  }
});

Deno.test("alerts test exits with 1 and says why, without secrets, when the receiver refuses", async () => {
  await using receiver = fakeReceiver(VENDORS.telegram);
  receiver.behave({ status: 401, body: "no bot123:secret here" });
  const { telegram } = channelAt("telegram", receiver.origin) as unknown as {
    telegram: { token: string; chatId: string; url: string };
  };
  const { token, chatId: chat_id, url } = telegram;
  const { code, stdout } = await testing({ ops: { telegram: { token, chat_id, url } } }, "ops");
  strictEqual(code, 1);
  match(stdout, /^fired: refused: HTTP 401 from 127\.0\.0\.1:\d+: no bot\*\*\* here\n$/);
});

Deno.test("alerts test names the channels that there are, when there is none of that name", async () => {
  const channels = { ops: { slack: { url: "http://127.0.0.1:1/" } } };
  const { code, stderr } = await testing(channels, "opps");
  deepStrictEqual([code, stderr], [64, 'no such channel: "opps"; the file has ops\n']);
});
