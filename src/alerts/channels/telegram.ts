/** Telegram, by a bot. */
import type { ChannelTargets } from "../../config/alerts.ts";
import { type ChannelFormat, jsonRequest } from "./channel_format.ts";
import { cut, linkTarget, type Markup, writeText } from "./markup.ts";

/** Of a message, after its tags were read. See https://core.telegram.org/bots/api#sendmessage */
export const TELEGRAM_TEXT_LENGTH_MAX = 4_096;
/** Of the line above, in characters that may each become five. */
const TITLE_LENGTH_MAX = 200;

/** See https://core.telegram.org/bots/api#html-style */
const HTML: Markup = {
  escape: (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  bold: (text) => `<b>${text}</b>`,
  link: ({ label, url }) => `<a href="${HTML.escape(linkTarget(url))}">${label}</a>`,
};

export const telegramRequests: ChannelFormat<ChannelTargets["telegram"]> = (
  { token, chatId, url },
  _,
  { text },
) => {
  const title = HTML.bold(HTML.escape(cut(text.title, TITLE_LENGTH_MAX)));
  const lengthMax = TELEGRAM_TEXT_LENGTH_MAX - title.length - 1;
  return [
    jsonRequest(`${url.replace(/\/$/, "")}/bot${token}/sendMessage`, {
      chat_id: chatId,
      text: `${title}\n${writeText(text, HTML, { lengthMax })}`,
      parse_mode: "HTML",
      link_preview_options: { is_disabled: true },
      disable_notification: text.severity === null,
    }),
  ];
};
