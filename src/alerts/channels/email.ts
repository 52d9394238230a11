/**
 * Email by SMTP: plain text, so that nothing of a site is markup. All mails of an alert refer to one
 * id that is made of the alert's, by which mail programs keep them together.
 */
import type { Socket } from "node:net";
import nodemailer from "nodemailer";
import type { ChannelTargets } from "../../config/alerts.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import type { Delivery } from "../../status/alert_store.ts";
import { type ChannelContext, SEND_MS_MAX, type Sending, type Sent } from "../channel.ts";
import { messageText, type MessageTextOptions } from "../message_text.ts";
import { connectTo } from "../receiver_socket.ts";
import { needsSomebody, problemOf } from "./http_channel.ts";
import { cut, PLAIN, writeText } from "./markup.ts";

/** More does not fit in a list of mails; RFC 5322 folds longer ones. */
export const SUBJECT_LENGTH_MAX = 150;
/** Of a text that people read. */
const TEXT_LENGTH_MAX = 30_000;
/** Alerts that one mail refers to; RFC 5322 sets no limit, programs do. */
const REFERENCES_MAX = 20;
/** Of a server's answer, in an error. */
const EXCERPT_LENGTH_MAX = 200;

type EmailTarget = ChannelTargets["email"];

/** The mail of a delivery: with the same Message-ID however often it is made. */
export function mailOf(
  { from, to }: Pick<EmailTarget, "from" | "to">,
  delivery: Delivery,
  options: MessageTextOptions,
) {
  const text = messageText(delivery, options);
  const domain = /@([^\s<>@]+)>?\s*$/.exec(from)?.[1] ?? "localhost";
  const alerts = [...new Set(delivery.messages.map(({ alert }) => alert.id))];
  const references = alerts.slice(0, REFERENCES_MAX).map((id) => `<alert.${id}@${domain}>`);
  return {
    from,
    to: [...to],
    subject: cut(text.title, SUBJECT_LENGTH_MAX),
    text: `${text.title}\n\n${writeText(text, PLAIN, { lengthMax: TEXT_LENGTH_MAX })}\n`,
    messageId: `<${delivery.id}@${domain}>`,
    inReplyTo: references[0]!,
    references,
    date: delivery.messages[0]!.created_at,
    // RFC 3834: no program answers it.
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

export function emailSending(
  target: EmailTarget,
  { denies, redact }: Pick<ChannelContext, "denies" | "redact">,
): Sending {
  const excerptOf = (text: string) => escapeControls(redact(text.trim()), EXCERPT_LENGTH_MAX);
  return async (delivery, deadline, told) => {
    const { signal } = deadline;
    let isConnected = false;
    const transport = transportTo(target, async () => {
      const connection = await connectTo(target, { signal, denies });
      isConnected = true;
      return connection;
    });
    try {
      const mail = { ...mailOf(target, delivery, told), signal };
      const { response = "", rejected = [] } = await transport.sendMail(mail);
      const left = rejected.length === 0 ? "" : `; it refused ${rejected.length} recipients`;
      const answer = `${target.host}: ${excerptOf(response)}${left}`;
      return { result: "delivered", isMaybeTold: true, error: null, answer };
    } catch (error) {
      const { detail, ...judgment } = judgedMail(error, isConnected);
      const why = deadline.isExpired ? `no answer within ${SEND_MS_MAX / 1_000} s` : detail;
      const text = redact(`mail not accepted by ${target.host}: ${excerptOf(why)}`);
      return { ...judgment, error: text, answer: text };
    } finally {
      transport.close();
    }
  };
}

function transportTo(
  { host, port, tls, ca, username, password }: EmailTarget,
  connect: () => Promise<Socket>,
) {
  return nodemailer.createTransport({
    host,
    port,
    // What a client says that has no public name (RFC 5321, section 4.1.3); the system's is not asked.
    name: "[127.0.0.1]",
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    tls: ca === undefined ? {} : { ca },
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? "" } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
    getSocket(_, callback) {
      connect().then((connection) => callback(null, { connection }), callback);
    },
  });
}

/** What a failed mail means: the classes of RFC 5321, section 4.2.1, and what came before an answer. */
function judgedMail(error: unknown, isConnected: boolean): Judgment {
  const { code, originalCode = code, responseCode, response, message } = error as MailError;
  if (code === "ETLS" && response !== undefined) {
    const remedy = "write tls: implicit, or none to send in plain text";
    return refused(`server does not offer STARTTLS; ${remedy}`);
  }
  if (responseCode !== undefined) {
    const detail = response ?? String(responseCode);
    return responseCode >= 500 ? refused(detail) : { result: "failed", isMaybeTold: false, detail };
  }
  const cause = { code: originalCode, message };
  const detail = problemOf(cause);
  if (needsSomebody(cause)) return refused(detail);
  return { result: "failed", isMaybeTold: isConnected, detail };
}

/** What the library says of an error. */
interface MailError {
  readonly code?: string;
  /** The system's, where `code` is the library's own. */
  readonly originalCode?: string;
  /** Of the server. */
  readonly responseCode?: number;
  readonly response?: string;
  readonly message: string;
}

interface Judgment extends Pick<Sent, "result" | "isMaybeTold"> {
  readonly detail: string;
}

function refused(detail: string): Judgment {
  return { result: "refused", isMaybeTold: false, detail };
}
