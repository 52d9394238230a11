/** Slack, by an incoming webhook: the title as text, all else in an attachment with a color. */
import type { HttpTarget } from "../../config/alerts.ts";
import { type ChannelFormat, colorOf, jsonRequest } from "./channel_format.ts";
import { cut, linkTarget, type Markup, writeText } from "./markup.ts";

/** Of the text of a section block. See https://docs.slack.dev/reference/block-kit/blocks/section-block */
export const SLACK_SECTION_LENGTH_MAX = 3_000;
/** Of the text above it, which Slack recommends. */
export const SLACK_TEXT_LENGTH_MAX = 4_000;

/** See https://docs.slack.dev/messaging/formatting-message-text#escaping */
const MRKDWN: Markup = {
  escape: (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  bold: (text) => `*${text}*`,
  link: ({ label, url }) => `<${linkTarget(url)}|${label}>`,
};

export const slackRequests: ChannelFormat<HttpTarget> = (target, _, { text }) => {
  const body = writeText(text, MRKDWN, { lengthMax: SLACK_SECTION_LENGTH_MAX });
  // Verbatim: no names of people or channels, and no urls, are looked for in it.
  const section = { type: "section", text: { type: "mrkdwn", text: body, verbatim: true } };
  return [
    jsonRequest(target.url, {
      text: MRKDWN.bold(MRKDWN.escape(cut(text.title, SLACK_TEXT_LENGTH_MAX / 8))),
      attachments: [{ color: colorOf(text.severity), blocks: [section] }],
      unfurl_links: false,
    }, target),
  ];
};
